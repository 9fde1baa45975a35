import type { ConsoleLine, ConsoleOpening } from "../../domain/console-line.ts";
import type { ConsoleReading } from "../../domain/facts.ts";
import { readSacAddresses, readSacNetworks, waitingFor } from "./text.ts";

/** What SAC listed. */
export type SacListing = Extract<ConsoleReading, { kind: "listed" }>;

/** How a wait at the console ended. */
export type SacAnswer =
  | { readonly kind: "prompt"; readonly text: string }
  /** Somebody's session is there: nothing was typed into it. */
  | { readonly kind: "in-use"; readonly text: string }
  /** No prompt came in time. */
  | { readonly kind: "no-prompt"; readonly text: string }
  | { readonly kind: "closed"; readonly text: string };

/** SAC and the command prompt take a line of at most 80 letters back, letter by letter. */
const ERASE = "\b".repeat(80);

/** Letters kept of what one command printed: a console that prints without end must not fill the memory. */
const LONGEST_ANSWER = 65_536;

/**
 * Waits for the prompt, first without typing anything. What a console shows by itself tells of somebody's session; only
 * where it shows nothing for `quiet`, a line that somebody left half typed is erased, and an empty one is typed.
 */
async function findPrompt(
  line: ConsoleLine,
  quiet: AbortSignal,
  signal: AbortSignal,
): Promise<SacAnswer> {
  const shown = await untilPrompt(line, AbortSignal.any([quiet, signal]));
  if (shown.kind !== "no-prompt" || signal.aborted) {
    return shown;
  }
  line.send(`${ERASE}\r\n`);
  return await untilPrompt(line, signal);
}

/** Types one command at the prompt and waits until the prompt is there again. */
export async function command(
  line: ConsoleLine,
  text: string,
  signal: AbortSignal,
): Promise<SacAnswer> {
  line.send(`${text}\r\n`);
  return await untilPrompt(line, signal);
}

/** What the command `i` lists. */
export function listingOf(text: string): SacListing {
  return { kind: "listed", addresses: readSacAddresses(text), networks: readSacNetworks(text) };
}

async function untilPrompt(line: ConsoleLine, signal: AbortSignal): Promise<SacAnswer> {
  let text = "";
  let turned = 0;
  for (;;) {
    const printed = await line.receive(signal);
    if (printed === null) {
      return { kind: signal.aborted ? "no-prompt" : "closed", text };
    }
    text = (text + printed).slice(-LONGEST_ANSWER);
    const waiting = waitingFor(text.slice(turned));
    if (waiting === "prompt") {
      return { kind: "prompt", text };
    }
    if (waiting === "foreign") {
      return { kind: "in-use", text };
    }
    if (waiting === "more") {
      turned = text.length;
      line.send("\r\n");
    }
  }
}

/** What became of a visit at the SAC prompt. */
export type SacVisit<Result> =
  | { readonly kind: "done"; readonly result: Result }
  | { readonly kind: "unavailable"; readonly code: string; readonly message: string };

/** How long a visit at the console may take, in seconds, and how long it listens before it types anything. */
const VISIT_SECONDS = 90;
const QUIET_SECONDS = 3;

/** Opens a console, finds the SAC prompt, works there, and leaves. Where somebody else's session is, nothing is typed. */
export async function visitSac<Result>(
  open: () => Promise<ConsoleOpening>,
  work: (line: ConsoleLine, signal: AbortSignal) => Promise<Result>,
): Promise<SacVisit<Result>> {
  const opening = await open();
  if (opening.kind === "unavailable") {
    return opening;
  }
  const { line } = opening;
  const signal = AbortSignal.timeout(VISIT_SECONDS * 1000);
  try {
    const found = await findPrompt(line, AbortSignal.timeout(QUIET_SECONDS * 1000), signal);
    return found.kind === "prompt"
      ? { kind: "done", result: await work(line, signal) }
      : { kind: "unavailable", ...sacTrouble(found.kind) };
  } finally {
    line.close();
  }
}

const TROUBLE: Readonly<
  Record<Exclude<SacAnswer["kind"], "prompt">, { readonly code: string; readonly message: string }>
> = {
  "in-use": {
    code: "console-in-use",
    message:
      "Somebody's session is open at the serial console. Nothing was typed there; connecting may have interrupted it.",
  },
  "no-prompt": {
    code: "console-silent",
    message: "The serial console showed no SAC prompt in time; Windows may have none.",
  },
  closed: {
    code: "console-closed",
    message: "The serial console closed the connection; somebody else may have connected.",
  },
};

/** Why a wait at the console ended without the prompt, in words. */
export function sacTrouble(kind: Exclude<SacAnswer["kind"], "prompt">): {
  readonly code: string;
  readonly message: string;
} {
  return TROUBLE[kind];
}
