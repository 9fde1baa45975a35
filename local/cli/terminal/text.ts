import { stripVTControlCharacters } from "node:util";

/** The text as it may be put on one line of a terminal: no control characters, so that no outside text can move the cursor. */
export function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\p{Cc}+/gu, " ")
    .trim();
}

/** Columns that the text takes at most: anything beyond the European scripts counts as two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    width += columnsOf(character);
  }
  return width;
}

function columnsOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x11_00 || (code >= 0x20_00 && code < 0x2e_80) ? 1 : 2;
}

/** The text cut to so many columns, with an ellipsis where something was cut off. */
export function fit(text: string, columns: number): string {
  if (displayWidth(text) <= columns) {
    return text;
  }
  let kept = "";
  let width = 1;
  for (const character of text) {
    width += columnsOf(character);
    if (width > columns) {
      break;
    }
    kept += character;
  }
  return columns < 1 ? "" : `${kept}…`;
}

/** The text padded with spaces to so many columns. */
export function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - displayWidth(text)));
}

/** The text broken at spaces into lines of so many columns, each line indented by `indent`; a word that is too long stays whole. */
export function wrap(text: string, columns: number, indent = ""): readonly string[] {
  return text.split("\n").flatMap((paragraph) => wrapParagraph(paragraph, columns, indent));
}

/** A help text for a terminal of so many columns: what is too long goes on in lines with the same indent. Commands stay whole, to be copied. */
export function wrapHelp(text: string, columns: number): string {
  return text
    .split("\n")
    .flatMap((line) => {
      const indent = /^ */u.exec(line)?.[0] ?? "";
      const whole = displayWidth(line) < columns || line.startsWith("  $ ");
      return whole ? line : wrap(line, columns - 1, indent);
    })
    .join("\n");
}

function wrapParagraph(paragraph: string, columns: number, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of printable(paragraph).split(/ +/u)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && displayWidth(indent + longer) > columns) {
      lines.push(indent + line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, indent + line];
}

/** `0.4 s`, `12 s`, `3 min 5 s`. */
export function durationText(seconds: number): string {
  if (seconds < 9.95) {
    return `${Math.max(0, seconds).toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Seconds between two instants (ISO 8601). */
export function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}
