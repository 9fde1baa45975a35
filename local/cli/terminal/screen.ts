import { isatty } from "node:tty";

import pc from "picocolors";
import type { Colors } from "picocolors/types.js";

import { environmentVariables } from "../../../shared/settings.ts";
import { wrap } from "./text.ts";

/** Where a verb writes: text for people, or one JSON object a line for programs, never both. */
export interface Screen {
  readonly json: boolean;
  /** Whether lines may be drawn over: a terminal, and no `--json`. */
  readonly live: boolean;
  readonly colors: Colors;
  /** Columns of the terminal; 80 where that is not known. */
  columns(): number;
  /** Lines of the terminal; 24 where that is not known. */
  rows(): number;
  /** Writes a paragraph for people, broken to the terminal's width. */
  say(text?: string, indent?: string): void;
  /** Writes a line for people as it is. */
  line(text: string): void;
  /** Writes one JSON object, with `--json` only. */
  record(value: object): void;
  /** Writes a piece of a live display. */
  raw(text: string): void;
}

const COLUMNS_WITHOUT_SIZE = 80;
const ROWS_WITHOUT_SIZE = 24;

/** The screen of this process's standard output. */
export function openScreen(options: { readonly json: boolean }): Screen {
  const output = process.stdout;
  // Not `output.isTTY`: a pipe leaves that undefined, and picocolors would then decide by itself, as it does under CI.
  const terminal = isatty(output.fd) && !options.json;
  function line(text: string): void {
    if (!options.json) {
      output.write(`${text}\n`);
    }
  }
  function columns(): number {
    // A pseudo-terminal without a size says 0.
    return terminal && output.columns > 0 ? output.columns : COLUMNS_WITHOUT_SIZE;
  }
  return {
    json: options.json,
    live: terminal && environmentVariables()["TERM"] !== "dumb",
    colors: pc.createColors(terminal && pc.isColorSupported),
    columns,
    rows: () => (terminal && output.rows > 0 ? output.rows : ROWS_WITHOUT_SIZE),
    line,
    say: (text = "", indent = "") => {
      for (const part of wrap(text, columns() - 1, indent)) {
        line(part);
      }
    },
    record: (value) => {
      if (options.json) {
        output.write(`${JSON.stringify(value)}\n`);
      }
    },
    raw: (text) => {
      if (terminal) {
        output.write(text);
      }
    },
  };
}
