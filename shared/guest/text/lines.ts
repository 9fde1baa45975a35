/** One line of pasted text. */
export interface Line {
  /** Columns before the first visible character. */
  readonly indent: number;
  /** Without white space around it; empty for a blank line. */
  readonly text: string;
  /** Whether the line may have been cut: the text ends here without a line end, or the line is too long. */
  readonly open: boolean;
}

/** Windows prints no line nearly as long; what is longer is cut, so that no text takes long to read. */
export const LONGEST_LINE = 1000;
const TAB_COLUMNS = 8;
/** Terminal control sequences, a cut one at the end of the text included. */
// oxlint-disable-next-line no-control-regex -- the serial console sends them
const TERMINAL = /\u001B(?:\[[\d;?]*(?:[@-~]|$)|[()][\dA-Z]?|[=>78]|$)/gu;
/** Byte order marks, marks for the direction of writing, and control characters other than tabs and line ends. */
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex -- pasted text may hold them
  /[\uFEFF\u200E\u200F\u202A-\u202E\u2066-\u2069\u0000-\u0008\u000B\u000E-\u001F\u007F]/gu;

/** The lines of a text, whatever its line ends; marks of a quoted mail are taken off. */
export function linesOf(text: string): readonly Line[] {
  const parts = text
    .replaceAll(TERMINAL, "")
    .replaceAll(INVISIBLE, "")
    .split(/\r*\n|\r+|\f|\u2028|\u2029/u);
  return parts.map((part, index) => lineOf(part, index === parts.length - 1));
}

function lineOf(part: string, last: boolean): Line {
  const plain = part.slice(0, LONGEST_LINE).replace(/^(?:> ?)+/u, "");
  const text = plain.trim();
  const space = plain.slice(0, plain.length - plain.trimStart().length);
  return {
    indent: space.replaceAll("\t", " ".repeat(TAB_COLUMNS)).length,
    text,
    open: (last && text !== "") || part.length > LONGEST_LINE,
  };
}
