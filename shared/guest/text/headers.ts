import { hasLabel, isPrompt } from "./forms.ts";
import type { Line } from "./lines.ts";
import { nameInSection, quotedName } from "./words.ts";

/** The line which begins an adapter's block. */
export interface Header {
  readonly name: string;
  /** Whether `ipconfig` printed it; otherwise `netsh` did. */
  readonly section: boolean;
  /** How many lines it takes. */
  readonly taken: number;
  readonly indent: number;
  /** Whether its fields are no more indented: the text lost its indentation. */
  readonly flat: boolean;
}

/** Blank lines looked over at most, so that a text of blank lines takes no time. */
const LONGEST_GAP = 50;

interface Place {
  readonly line: Line;
  /** The next line that is not blank. */
  readonly next: Line;
  /** Whether fields follow that are no more indented than this line. */
  readonly flat: boolean;
  readonly blankBefore: boolean;
  readonly blankAfter: boolean;
}

/**
 * The header at a line: quoted, or ending with a colon, and less indented than what follows; null if it is none. What
 * follows has to be there, so that a text cut later never loses the header again.
 */
export function headerAt(lines: readonly Line[], index: number): Header | null {
  const line = lines[index];
  const next = visibleFrom(lines, index + 1);
  if (line === undefined || next === undefined || line.text === "" || isPrompt(line.text)) {
    return null;
  }
  const place = {
    line,
    next,
    flat: isFlat(lines, index),
    blankBefore: (lines[index - 1]?.text ?? "") === "",
    blankAfter: lines[index + 1]?.text === "",
  };
  return sectionHeader(place) ?? quotedHeader(place) ?? brokenHeader(lines, index, place);
}

/** Whether two labelled lines follow with the same indentation. */
function isFlat(lines: readonly Line[], index: number): boolean {
  const [line, ...following] = lines
    .slice(index, index + LONGEST_GAP)
    .filter(({ text }) => text !== "");
  const fields = following.slice(0, 2);
  return (
    fields.length === 2 &&
    fields.every(({ indent, text }) => indent === line?.indent && hasLabel(text))
  );
}

function sectionHeader({ line, next, blankBefore, blankAfter, ...place }: Place): Header | null {
  const alone = blankBefore && blankAfter;
  const indented = next.indent > line.indent;
  const title = sectionTitle(line.text, alone && indented && hasLabel(next.text));
  const flat = place.flat && alone;
  return title !== null && (indented || flat)
    ? { name: nameInSection(title), section: true, taken: 1, indent: line.indent, flat }
    : null;
}

/** A line without its colon; null if it has none. Dots lead to a value, which may be missing, or are part of a name. */
function sectionTitle(text: string, mayHaveDots: boolean): string | null {
  const title = /[:：]$/u.test(text) ? text.slice(0, -1).trimEnd() : "";
  const dotted = /\.\s?\.|\.$/u.test(title);
  return title === "" || (dotted && !mayHaveDots) ? null : title;
}

function quotedHeader({ line, next, flat }: Place): Header | null {
  const name = nameIn(line.text, true);
  if (name === null) {
    return null;
  }
  return next.indent > line.indent || flat
    ? { name, section: false, taken: 1, indent: line.indent, flat }
    : null;
}

/** A header that the terminal broke in two, or whose end is lost. */
function brokenHeader(lines: readonly Line[], index: number, { line, next }: Place): Header | null {
  const start = nameIn(line.text, false);
  if (start === null) {
    return null;
  }
  const header = { section: false, indent: line.indent, flat: false };
  if (hasLabel(next.text)) {
    return next.indent > line.indent ? { ...header, name: start, taken: 1 } : null;
  }
  const after = visibleFrom(lines, index + 2);
  const space = " ".repeat(Math.max(0, next.indent - line.indent));
  const name = nameIn(line.text + space + next.text, true);
  return lines[index + 1] === next &&
    name !== null &&
    after !== undefined &&
    after.indent > line.indent
    ? { ...header, name, taken: 2 }
    : null;
}

/** The quoted name of a header; a label before it, or a prompt, makes it something else. */
function nameIn(text: string, closed: boolean): string | null {
  const quoted = quotedName(text);
  return quoted === null || quoted.closed !== closed || /[:：>]/u.test(quoted.before)
    ? null
    : quoted.name;
}

function visibleFrom(lines: readonly Line[], index: number): Line | undefined {
  return lines.slice(index, index + LONGEST_GAP).find(({ text }) => text !== "");
}
