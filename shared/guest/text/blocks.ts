import { endsWithAddress, hasLabel, isAddress, isPrompt, splitLabel } from "./forms.ts";
import { headerAt, type Header } from "./headers.ts";
import { LONGEST_LINE, linesOf, type Line } from "./lines.ts";

/** One labelled line of an adapter's block, with the lines that continue it. */
export interface Field {
  readonly label: string;
  /** The value after the label, then one for each continuation line. */
  readonly values: readonly string[];
  /** Whether the text ends within it, without a line end. */
  readonly open: boolean;
}

/** What Windows prints for one adapter. */
export interface Block {
  readonly name: string;
  /** Whether it is a section of `ipconfig`; otherwise `netsh` printed it. */
  readonly section: boolean;
  readonly fields: readonly Field[];
  /** Whether the text ends within it. */
  readonly last: boolean;
}

interface Building {
  readonly header: Header;
  readonly lines: Line[];
}

/** Finds the adapters' blocks in a text by their form alone: indentation, quotes and colons, never by a label. */
export function blocksOf(text: string): readonly Block[] {
  const lines = linesOf(text);
  const done: Building[] = [];
  let current: Building | null = null;
  let skipUntil = 0;
  for (const [index, line] of lines.entries()) {
    if (line.text === "" || index < skipUntil) {
      continue;
    }
    const header: Header | null = mayBegin(current, line) ? headerAt(lines, index) : null;
    if (header !== null) {
      skipUntil = index + header.taken;
      current = { header, lines: [] };
      done.push(current);
    } else if (current !== null && !take(current, line, lines[index - 1]?.text === "")) {
      current = null;
    }
  }
  return done.map((building) => ({
    name: building.header.name,
    section: building.header.section,
    fields: fieldsOf(building.lines),
    last: building === current,
  }));
}

/** A header is less indented than the fields of the block before it, unless the text lost its indentation. */
function mayBegin(current: Building | null, line: Line): boolean {
  if (current === null || current.header.flat) {
    return true;
  }
  const [first] = current.lines;
  return first === undefined ? line.indent <= current.header.indent : line.indent < first.indent;
}

/** Adds a line to a block, whole or as the rest of the line before; false if the block ended before it. */
function take({ header, lines }: Building, line: Line, afterBlank: boolean): boolean {
  const [first] = lines;
  const previous = lines.at(-1);
  const outside = isOutside(header, line);
  if (isPrompt(line.text) || (outside && afterBlank)) {
    return false;
  }
  if (first === undefined || previous === undefined) {
    lines.push(line);
    return !outside;
  }
  const unlabelled = line.indent < first.indent && !hasLabel(line.text);
  if ((outside || unlabelled) && !isNextAddress(previous, line)) {
    lines.splice(-1, 1, joined(previous, line));
  } else {
    lines.push(line);
  }
  return true;
}

function joined(previous: Line, rest: Line): Line {
  return previous.text.length > LONGEST_LINE
    ? previous
    : { ...previous, text: previous.text + rest.text, open: rest.open };
}

function isOutside(header: Header, line: Line): boolean {
  return header.flat ? !hasLabel(line.text) : line.indent <= header.indent;
}

/** Whether both lines hold whole addresses, so that the second is no rest of the first. */
function isNextAddress(previous: Line, line: Line): boolean {
  return isAddress(line.text) && endsWithAddress(previous.text);
}

function fieldsOf(lines: readonly Line[]): readonly Field[] {
  const fields: { label: string; values: string[]; open: boolean }[] = [];
  for (const { text, open } of lines) {
    const previous = fields.at(-1);
    if (previous !== undefined && !hasLabel(text)) {
      // A value on the line below its label is the label's own.
      previous.values.splice(previous.values[0] === "" ? 0 : previous.values.length, 1, text);
      previous.open = open;
    } else {
      const [label = "", value = ""] = splitLabel(text);
      fields.push({ label, values: [value], open });
    }
  }
  return fields;
}
