/** Rows of the terminal that Windows assumes. Source: serial-console-windows ("80x24"). */
const ROWS = 24;

/** Sequences of a terminal (ECMA-48): with parameters, with a single letter, or a title. A cut one at the end too. */
const SEQUENCE =
  /^[^\P{Cc}\n\r\t](?:\[(?<parameters>[0-?]*)[ -/]*(?<final>[@-~]|$)|\]\P{Cc}*(?:\p{Cc}|$)|[()][\dA-Z]?|[=>78c]|$)/u;
const ESCAPE = "\u001B";

interface Screen {
  readonly lines: (string[] | undefined)[];
  /** Line that stands in the terminal's first row. */
  top: number;
  row: number;
  column: number;
}

/**
 * What a terminal shows after the text was printed, its lines from the first one on. The command prompt of Windows Server
 * 2016 and 2019 moves the cursor instead of ending lines, so that the bare text has none. Source: propolis' own tests.
 */
export function shownLines(printed: string): readonly string[] {
  const screen: Screen = { lines: [], top: 0, row: 0, column: 0 };
  let rest = printed;
  while (rest !== "") {
    const sequence = rest.startsWith(ESCAPE) ? SEQUENCE.exec(rest) : null;
    if (sequence === null) {
      const letter = String.fromCodePoint(rest.codePointAt(0) ?? 0);
      put(screen, letter);
      rest = rest.slice(letter.length);
    } else {
      const { parameters = "", final = "" } = sequence.groups ?? {};
      obey(screen, final, parameters.split(";").map(Number));
      rest = rest.slice(sequence[0].length);
    }
  }
  return Array.from(screen.lines, (line) => textOf(line ?? []));
}

/** Cells that nothing was printed in are blank. */
function textOf(cells: readonly (string | undefined)[]): string {
  return Array.from(cells, (cell) => cell ?? " ").join("");
}

function put(screen: Screen, letter: string): void {
  switch (letter) {
    case "\r":
      screen.column = 0;
      return;
    case "\n":
      down(screen);
      return;
    case "\b":
      screen.column = Math.max(0, screen.column - 1);
      return;
    default:
      if (!/[^\P{Cc}\t]/u.test(letter)) {
        lineAt(screen)[screen.column] = letter;
        screen.column += 1;
      }
  }
}

/** On the last row everything moves up by one. */
function down(screen: Screen): void {
  if (screen.row === ROWS - 1) {
    screen.top += 1;
  } else {
    screen.row += 1;
  }
  lineAt(screen);
}

function obey(screen: Screen, final: string, [first = 0, second = 0]: readonly number[]): void {
  switch (final) {
    case "H":
    case "f":
      screen.row = Math.min(ROWS, Math.max(1, first)) - 1;
      screen.column = Math.max(1, second) - 1;
      lineAt(screen);
      return;
    case "G":
      screen.column = Math.max(1, first) - 1;
      return;
    case "C":
      screen.column += Math.max(1, first);
      return;
    case "K":
      lineAt(screen).length = Math.min(lineAt(screen).length, screen.column);
      return;
    case "J":
      clear(screen, first);
      return;
    default:
    // Colours, and what moves nothing that is read here.
  }
}

/** A cleared screen begins below what stood there, which stays to be read. */
function clear(screen: Screen, how: number): void {
  if (how === 2) {
    screen.top = screen.lines.length;
    screen.row = 0;
    screen.column = 0;
  }
}

function lineAt(screen: Screen): string[] {
  const index = screen.top + screen.row;
  const line = screen.lines[index] ?? [];
  screen.lines[index] = line;
  return line;
}
