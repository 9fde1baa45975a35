import type { ConsoleLine } from "../../domain/console-line.ts";
import { channelWaiting, createdChannel, isLockedOut, readChannels } from "./channel-text.ts";
import type { ChannelWaiting, SacChannel } from "./channel-text.ts";
import { leaveChannel } from "./leave-channel.ts";
import { shownLines } from "./screen.ts";
import { command, sacTrouble, type SacTrouble } from "./session.ts";
import { typeLine } from "./type-line.ts";
import { waitFor } from "./wait.ts";

/** Who signs in at a command prompt. Never to be kept or shown. */
export interface ConsoleLogin {
  readonly username: string;
  /** Empty: a user of that Windows itself. */
  readonly domain: string;
  readonly password: string;
}

/** A command prompt that somebody has signed in at. */
export interface Shell {
  /** Runs a command; gives its output as a terminal shows it. `checked`: it was not sent unless it stood there as typed. */
  run(text: string): Promise<ShellAnswer>;
}

export type ShellAnswer =
  | { readonly kind: "said"; readonly text: string }
  /** `sent`: the command may have run all the same. */
  | ({ readonly kind: "trouble"; readonly sent: boolean } & SacTrouble);

/** What became of a visit at a command prompt. */
export type ShellVisit<Result> =
  | { readonly kind: "done"; readonly result: Result; readonly leftOpen: string | null }
  | ({ readonly kind: "unavailable" } & SacTrouble);

/** What a visit at a command prompt needs. */
export interface ShellMeans {
  readonly login: ConsoleLogin;
  /** Puts the channel's name on record: another try must know it as our own. */
  readonly opened: (name: string) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Longest wait for the next prompt of the login, and for a command's end. */
const STEP_SECONDS = 20;
/** A refused login may say why a moment later. */
const REASON_MS = 700;
/** Looks for the channel that was just asked for. */
const LOOKS = 5;
const LOOK_MS = 1000;
const FULL = /maximum number of channels has been reached/iu;

/**
 * Makes a command prompt channel at the SAC prompt, signs in, works there, signs out, and closes the channel. The login is
 * tried once: a second wrong password could lock the account.
 */
export async function visitCommandPrompt<Result>(
  line: ConsoleLine,
  means: ShellMeans,
  work: (shell: Shell) => Promise<Result>,
): Promise<ShellVisit<Result>> {
  const channel = await openChannel(line, means.signal);
  if ("code" in channel) {
    return { kind: "unavailable", ...channel };
  }
  await means.opened(channel.name);
  const trouble = (await viewChannel(line, channel, means)) ?? (await signIn(line, means));
  if (trouble !== null) {
    await leaveChannel(line, channel, { signedIn: false });
    return { kind: "unavailable", ...trouble };
  }
  const shell: Shell = { run: async (text) => await runIn(line, text, means.signal) };
  const done = await finallyLeave(line, channel, async () => await work(shell));
  return { kind: "done", ...done };
}

async function finallyLeave<Result>(
  line: ConsoleLine,
  channel: SacChannel,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly leftOpen: string | null }> {
  let closed = false;
  try {
    const result = await work();
    closed = await leaveChannel(line, channel, { signedIn: true });
    return { result, leftOpen: closed ? null : channel.name };
  } catch (error) {
    await leaveChannel(line, channel, { signedIn: true });
    throw error;
  }
}

/** Asks for a channel, and finds the one that is new in the list. */
async function openChannel(
  line: ConsoleLine,
  signal: AbortSignal,
): Promise<SacChannel | SacTrouble> {
  const asked = await command(line, "cmd", signal);
  if (asked.kind !== "prompt") {
    return sacTrouble(asked.kind);
  }
  let printed = asked.text;
  for (let look = 0; look < LOOKS && !FULL.test(printed); look++) {
    printed += await untilNamed(line, printed, signal);
    const listed = await command(line, "ch", signal);
    if (listed.kind !== "prompt") {
      return sacTrouble(listed.kind);
    }
    printed += listed.text;
    const channel = newChannel(listed.text, createdChannel(printed));
    if (channel !== null) {
      return channel;
    }
  }
  return FULL.test(printed)
    ? {
        code: "console-channel-limit",
        message: "SAC makes no further command prompt channel: the maximum has been reached.",
      }
    : {
        code: "console-no-command-prompt",
        message: "SAC made no command prompt channel of which this program could be sure.",
      };
}

/** SAC may name the new channel a moment after its prompt. */
async function untilNamed(
  line: ConsoleLine,
  printed: string,
  signal: AbortSignal,
): Promise<string> {
  if (createdChannel(printed) !== null) {
    return "";
  }
  const options = { signal, quiet: LOOK_MS };
  return (await waitFor(line, (text) => createdChannel(printed + text), options)).text;
}

/** Nobody else's channel was there before, so the list must hold the new one and no other. */
function newChannel(listed: string, name: string | null): SacChannel | null {
  const [channel, second] = (readChannels(listed) ?? []).filter(({ number }) => number > 0);
  return channel !== undefined && channel.name === name && second === undefined ? channel : null;
}

/** Shows the channel; its description must name it. */
async function viewChannel(
  line: ConsoleLine,
  { number, name }: SacChannel,
  { signal }: ShellMeans,
): Promise<SacTrouble | null> {
  line.send(`ch -si ${number}\r\n`);
  const described = await waitFor(line, (text) => only("key", text), step(signal));
  if (described.kind !== "seen") {
    return noLogin("SAC did not show the new channel.");
  }
  const shown = shownLines(described.text).join("\n");
  if (!new RegExp(`Name:\\s+${name}\\s`, "u").test(shown)) {
    return noLogin("SAC showed another channel than the new one.");
  }
  line.send(" ");
  const asked = await waitFor(line, (text) => only("username", text), step(signal));
  return asked.kind === "seen" ? null : noLogin("The channel asked for no user name.");
}

async function signIn(
  line: ConsoleLine,
  { login, signal }: ShellMeans,
): Promise<SacTrouble | null> {
  const { username, domain, password } = login;
  for (const [text, next] of [
    [username, "domain"],
    [domain, "password"],
  ] as const) {
    line.send(`${text}\r`);
    const asked = await waitFor(line, (printed) => only(next, printed), step(signal));
    if (asked.kind !== "seen") {
      return noLogin(`The login asked for no ${next}.`);
    }
  }
  line.send(`${password}\r`);
  const end = await waitFor(line, (text) => endOfLogin(text), step(signal));
  if (end.kind !== "seen") {
    return noLogin("No command prompt came after the login.");
  }
  if (end.seen === "shell") {
    return null;
  }
  const more = await waitFor(line, () => null, { signal, quiet: REASON_MS });
  return isLockedOut(end.text + more.text)
    ? { code: "console-account-locked", message: "Windows says that the account is locked out." }
    : {
        code: "console-wrong-password",
        message: "Windows refused the login of the configured account; it was tried once.",
      };
}

function endOfLogin(text: string): "shell" | "refused" | null {
  const waiting = channelWaiting(text);
  // Where the refusal has other words, the login asks again.
  return waiting === "username" ? "refused" : shellOrRefused(waiting);
}

function shellOrRefused(waiting: ChannelWaiting | null): "shell" | "refused" | null {
  return waiting === "shell" || waiting === "refused" ? waiting : null;
}

async function runIn(line: ConsoleLine, text: string, signal: AbortSignal): Promise<ShellAnswer> {
  if (!(await typeLine(line, text, signal))) {
    return { kind: "trouble", sent: false, ...sacTrouble("garbled") };
  }
  line.send("\r");
  const waited = await waitFor(line, (printed) => only("shell", printed), step(signal));
  return waited.kind === "seen"
    ? { kind: "said", text: shownLines(waited.text).join("\n") }
    : {
        kind: "trouble",
        sent: true,
        code: "console-prompt-lost",
        message: "The command prompt did not come back after a command.",
      };
}

function only<Wanted extends ChannelWaiting>(wanted: Wanted, text: string): Wanted | null {
  return channelWaiting(text) === wanted ? wanted : null;
}

function step(signal: AbortSignal): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.any([signal, AbortSignal.timeout(STEP_SECONDS * 1000)]) };
}

function noLogin(message: string): SacTrouble {
  return { code: "console-no-login", message };
}
