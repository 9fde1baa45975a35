import type { ConsoleLine } from "../../domain/console-line.ts";
import { shownLines } from "./screen.ts";
import { waitFor } from "./wait.ts";

/** How long an echo is waited for. Some command prompts drop a letter that comes twice within a second and a half. */
const ECHO_MS = 2000;
const SETTLE_MS = 300;

/** Tries of a line, the first one fast; and of one letter. */
const TRIES = 3;
const LETTER_TRIES = 3;

/**
 * Types a line without sending it, and makes sure that the console shows exactly that: a line with a lost letter could
 * name another adapter or address. Command prompts are known to lose letters at their start. What stays garbled is
 * erased. Source: propolis' own tests. Says whether it stands there.
 */
export async function typeLine(
  line: ConsoleLine,
  text: string,
  signal: AbortSignal,
): Promise<boolean> {
  for (let attempt = 1; attempt <= TRIES && !signal.aborted; attempt++) {
    const stands =
      attempt === 1 ? await typeAtOnce(line, text, signal) : await typeSlowly(line, text, signal);
    if (stands) {
      return true;
    }
    await erase(line, text, signal);
  }
  return false;
}

async function typeAtOnce(line: ConsoleLine, text: string, signal: AbortSignal): Promise<boolean> {
  line.send(text);
  const waited = await waitFor(line, (printed) => echoIs(printed, text), {
    signal,
    quiet: ECHO_MS,
  });
  return waited.kind === "seen";
}

/** Letter by letter, each once the one before is shown. */
async function typeSlowly(line: ConsoleLine, text: string, signal: AbortSignal): Promise<boolean> {
  let shown = "";
  for (const letter of text) {
    const echo = await typeLetter(line, letter, signal);
    if (echo === null) {
      return false;
    }
    shown += echo;
  }
  return echoIs(shown, text) !== null;
}

async function typeLetter(
  line: ConsoleLine,
  letter: string,
  signal: AbortSignal,
): Promise<string | null> {
  for (let attempt = 0; attempt < LETTER_TRIES; attempt++) {
    line.send(letter);
    const waited = await waitFor(line, (printed) => (printed.includes(letter) ? true : null), {
      signal,
      quiet: ECHO_MS,
    });
    if (waited.kind === "seen") {
      return waited.text;
    }
  }
  return null;
}

async function erase(line: ConsoleLine, text: string, signal: AbortSignal): Promise<void> {
  line.send("\b".repeat(text.length * 2));
  await waitFor(line, () => null, { signal, quiet: SETTLE_MS });
}

/** A long line goes on in the next row; the cursor may have been moved to where it starts. */
function echoIs(printed: string, text: string): true | null {
  return shownLines(printed).join("").trimStart() === text ? true : null;
}
