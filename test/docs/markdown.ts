import { readFileSync } from "node:fs";

/** A table of a page: its columns' names and its rows' cells, as they are written. */
export interface Table {
  readonly heading: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** All tables of a page. */
export function tablesOf(file: string): readonly Table[] {
  const lines = outsideCode(readFileSync(file, "utf8"));
  return lines.flatMap((line, index) => {
    if (!/^\|(?: -+ \|)+$/u.test(line)) {
      return [];
    }
    const end = lines.findIndex((other, place) => place > index && !other.startsWith("|"));
    const rows = lines.slice(index + 1, end === -1 ? undefined : end).map(cellsOf);
    const heading = lines.slice(0, index).findLast((other) => other.startsWith("#")) ?? "";
    return [{ heading, columns: cellsOf(lines[index - 1] ?? ""), rows }];
  });
}

/** What stands between backticks. */
export function quotedIn(text: string): readonly string[] {
  return [...text.matchAll(/`(?<quoted>[^`]+)`/gu)].map(([, quoted = ""]) => quoted);
}

/** A text's lines, with those of code blocks left empty. */
function outsideCode(text: string): readonly string[] {
  let inside = false;
  return text.split("\n").map((line) => {
    const fence = line.startsWith("```");
    inside = fence ? !inside : inside;
    return fence || inside ? "" : line;
  });
}

function cellsOf(line: string): readonly string[] {
  return line
    .split(/(?<!\\)\|/u)
    .slice(1, -1)
    .map((cell) => cell.trim());
}
