import type { ConsoleState, ConsoleTraits } from "./console-state.ts";

/** Rows of the terminal that Windows Server drives itself. */
const ROWS = 24;

/** Letters of one message where the line is noisy: few enough to cut a terminal's sequence in two. */
const PIECE = 7;

/** What a console prints, as it comes through the line. */
export interface ShapedOutput {
  readonly messages: readonly string[];
  /** Row of the cursor afterwards, from 1. */
  readonly row: number;
}

/**
 * Shapes what a console prints: noisy lines get colours, and come in pieces that cut their sequences; on a `vt100`
 * terminal a command prompt moves the cursor instead of ending lines, as that of Windows Server 2016 and 2019 does.
 */
export function shapeOutput(
  output: string,
  { front, described }: ConsoleState,
  { traits, row }: { readonly traits: ConsoleTraits; readonly row: number },
): ShapedOutput {
  const placed =
    traits.terminal === "vt100" && front !== 0 && !described
      ? withCursor(output, row)
      : { text: output, row: 1 };
  if (!traits.noise) {
    return { messages: [placed.text], row: placed.row };
  }
  const noisy = placed.text.replaceAll("\r\n", "\u001B[0;37m\r\n\u001B[K");
  return { messages: noisy.match(new RegExp(`[^]{1,${PIECE}}`, "gu")) ?? [], row: placed.row };
}

function withCursor(output: string, row: number): { readonly text: string; readonly row: number } {
  let at = row;
  const text = output.replaceAll("\r\n", () => {
    if (at === ROWS) {
      return "\r\n";
    }
    at += 1;
    return `\u001B[${at};1H`;
  });
  return { text, row: at };
}
