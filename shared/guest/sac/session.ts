import type { ConsoleLine, ConsoleOpening } from "../../domain/console-line.ts";
import type { ConsoleReading } from "../../domain/facts.ts";
import { readChannels } from "./channel-text.ts";
import { readSacAddresses, readSacNetworks, waitingFor, type SacWaiting } from "./text.ts";
import { typeLine } from "./type-line.ts";
import { waitFor } from "./wait.ts";

/** What SAC listed. */
export type SacListing = Extract<ConsoleReading, { kind: "listed" }>;

/** How a wait at the console ended. */
export type SacAnswer =
  | { readonly kind: "prompt"; readonly text: string }
  /** Somebody's session is there: nothing was typed into it. */
  | { readonly kind: "in-use"; readonly text: string }
  /** No prompt came in time. */
  | { readonly kind: "no-prompt"; readonly text: string }
  /** The line did not stand there as it was typed, so it was not sent. */
  | { readonly kind: "garbled"; readonly text: string }
  | { readonly kind: "closed"; readonly text: string };

/** Something that kept a visit from its work. */
export interface SacTrouble {
  readonly code: string;
  readonly message: string;
}

/** SAC and the command prompt take a line of at most 80 letters back, letter by letter. */
const ERASE = "\b".repeat(80);

/** Turns from any channel to SAC's own. Source: SAC's own help for `ch`. */
export const TO_SAC = "\u001B\t0";

/** How often, and after which silence, a prompt is asked for anew that something was printed over. */
const NUDGES = 3;
const NUDGE_MS = 3000;

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

/** As `command`, for one that changes something: it is sent only once the console shows it letter for letter. */
export async function checkedCommand(
  line: ConsoleLine,
  text: string,
  signal: AbortSignal,
): Promise<SacAnswer> {
  return (await typeLine(line, text, signal))
    ? await command(line, "", signal)
    : { kind: "garbled", text: "" };
}

/** What the command `i` lists. */
export function listingOf(text: string): SacListing {
  return { kind: "listed", addresses: readSacAddresses(text), networks: readSacNetworks(text) };
}

async function untilPrompt(line: ConsoleLine, signal: AbortSignal): Promise<SacAnswer> {
  let text = "";
  let turned = 0;
  for (let nudges = 0; ;) {
    const before = text;
    const waited = await waitFor(line, (printed) => waiting((before + printed).slice(turned)), {
      signal,
      quiet: NUDGE_MS,
    });
    text += waited.text;
    if (waited.kind === "seen" && waited.seen === "more") {
      turned = text.length;
      line.send("\r\n");
    } else if (waited.kind === "late" && !signal.aborted) {
      // An event that came after the prompt hides it; an empty line makes it come again.
      if (nudges < NUDGES && /^SAC>/mu.test(text.slice(turned))) {
        nudges += 1;
        line.send("\r\n");
      }
    } else {
      return { kind: endOf(waited), text };
    }
  }
}

function waiting(text: string): Exclude<SacWaiting, "nothing"> | null {
  const found = waitingFor(text);
  return found === "nothing" ? null : found;
}

function endOf(
  waited: Awaited<ReturnType<typeof waitFor<Exclude<SacWaiting, "nothing">>>>,
): Exclude<SacAnswer["kind"], "garbled"> {
  if (waited.kind !== "seen") {
    return waited.kind === "closed" ? "closed" : "no-prompt";
  }
  return waited.seen === "prompt" ? "prompt" : "in-use";
}

/** What became of a visit at the SAC prompt. */
export type SacVisit<Result> =
  | { readonly kind: "done"; readonly result: Result }
  | ({ readonly kind: "unavailable" } & SacTrouble);

/** What a visit may find and may take. */
export interface VisitBounds {
  /** Names of channels that an earlier try of this visit left open: they are closed. @default none */
  readonly ours?: readonly string[];
  /** Longest time in seconds. @default 90 */
  readonly seconds?: number;
}

const VISIT_SECONDS = 90;
/** How long a visit listens before it types anything, in seconds. */
const QUIET_SECONDS = 3;

/** Opens a console, finds the SAC prompt, works there, and leaves. Where somebody else's session is, nothing is typed. */
export async function visitSac<Result>(
  open: () => Promise<ConsoleOpening>,
  work: (line: ConsoleLine, signal: AbortSignal) => Promise<Result>,
  { ours = [], seconds = VISIT_SECONDS }: VisitBounds = {},
): Promise<SacVisit<Result>> {
  const opening = await open();
  if (opening.kind === "unavailable") {
    return opening;
  }
  const { line } = opening;
  const signal = AbortSignal.timeout(seconds * 1000);
  try {
    const quiet = AbortSignal.timeout(QUIET_SECONDS * 1000);
    const found = await findPromptOrReturn(line, ours, { quiet, signal });
    const trouble =
      found.kind === "prompt" ? await othersAt(line, ours, signal) : sacTrouble(found.kind);
    return trouble === null
      ? { kind: "done", result: await work(line, signal) }
      : { kind: "unavailable", ...trouble };
  } finally {
    line.close();
  }
}

/** Where an earlier try left its own channel in front, SAC is turned to; that types nothing into any channel. */
async function findPromptOrReturn(
  line: ConsoleLine,
  ours: readonly string[],
  { quiet, signal }: { readonly quiet: AbortSignal; readonly signal: AbortSignal },
): Promise<SacAnswer> {
  const found = await findPrompt(line, quiet, signal);
  if (found.kind !== "in-use" || ours.length === 0) {
    return found;
  }
  line.send(TO_SAC);
  return await untilPrompt(line, signal);
}

/** Lists the channels, and closes our own; anybody else's is a session that must not be disturbed. */
async function othersAt(
  line: ConsoleLine,
  ours: readonly string[],
  signal: AbortSignal,
): Promise<SacTrouble | null> {
  const listed = await command(line, "ch", signal);
  if (listed.kind !== "prompt") {
    return sacTrouble(listed.kind);
  }
  // A list that cannot be read tells of nobody: the front was SAC's own prompt.
  const channels = (readChannels(listed.text) ?? []).filter(({ number }) => number !== 0);
  const other = channels.find(({ name }) => !ours.includes(name));
  if (other !== undefined) {
    const message = `Channel ${other.name} is open at the serial console, and is not this program's. Only the channels were listed; connecting may have interrupted whoever works there.`;
    return { code: "console-in-use", message };
  }
  for (const { number } of channels) {
    await command(line, `ch -ci ${number}`, signal);
  }
  return null;
}

const TROUBLE: Readonly<Record<Exclude<SacAnswer["kind"], "prompt">, SacTrouble>> = {
  "in-use": {
    code: "console-in-use",
    message:
      "Somebody's session is open at the serial console. Nothing was typed there; connecting may have interrupted it.",
  },
  "no-prompt": {
    code: "console-silent",
    message: "The serial console showed no SAC prompt in time; Windows may have none.",
  },
  garbled: {
    code: "console-garbled",
    message:
      "The serial console did not show a command as it was typed, so it was taken back and not sent.",
  },
  closed: {
    code: "console-closed",
    message: "The serial console closed the connection; somebody else may have connected.",
  },
};

/** Why a wait at the console ended without the prompt, in words. */
export function sacTrouble(kind: Exclude<SacAnswer["kind"], "prompt">): SacTrouble {
  return TROUBLE[kind];
}
