import { shownLines } from "./screen.ts";
import { plainSacText } from "./text.ts";

/** A channel that SAC lists. */
export interface SacChannel {
  readonly number: number;
  readonly name: string;
}

/** What a channel waits for. */
export type ChannelWaiting =
  /** A key, before the channel itself is shown. */
  | "key"
  | "username"
  | "domain"
  | "password"
  /** The login was refused; Windows says so before it asks again. */
  | "refused"
  /** The command prompt. */
  | "shell"
  /** `SAC>`: the channel is not in front any more. */
  | "sac";

// Sources of the texts: SAC's message table, and public programs that sign in there (propolis; an older one for 2008).
/** Letters of the end that are looked at: what waits there is short, and a long list comes in many pieces. */
const LONGEST_END = 4000;

const LISTED = /^(?<number>\d) +\([AI][VR]\) +(?<name>\S.*)$/u;
const CREATED = /^Channel: (?<name>Cmd\d{4,})$/mu;
const REFUSED = /Unable to authenticate/iu;
const LOCKED = /locked out|\b1909\b|C0000234/iu;
const WAITING: readonly (readonly [ChannelWaiting, RegExp])[] = [
  ["key", /^Use any other key to view this channel\.$/u],
  ["username", /^Username:$/u],
  ["domain", /^Domain\s*:$/u],
  ["password", /^Password:$/u],
  ["shell", /^[A-Z]:\\[^\n<>|]*>$/u],
  ["sac", /^SAC>$/u],
];

/** The channels in what the command `ch` printed, SAC's own included; null if it is no such list. */
export function readChannels(printed: string): readonly SacChannel[] | null {
  const channels = plainSacText(printed)
    .split("\n")
    .flatMap((line) => {
      const { number, name } = LISTED.exec(line.trim())?.groups ?? {};
      return number === undefined || name === undefined ? [] : { number: Number(number), name };
    });
  return channels.some(({ number }) => number === 0) ? channels : null;
}

/** The name of the channel that the command `cmd` made; null while SAC has not said it. */
export function createdChannel(printed: string): string | null {
  return CREATED.exec(plainSacText(printed))?.groups?.["name"] ?? null;
}

/** What a channel waits for, by the end of what it showed since something was typed; null: nothing yet. */
export function channelWaiting(printed: string): ChannelWaiting | null {
  const lines = shownLines(printed.slice(-LONGEST_END)).map((line) => line.trimEnd());
  const last = lines.findLast((line) => line !== "") ?? "";
  if (lines.some((line) => REFUSED.test(line))) {
    return "refused";
  }
  return WAITING.find(([, pattern]) => pattern.test(last))?.[0] ?? null;
}

/** Whether a refused login was so because the account is locked. Only in English: otherwise it counts as wrong. */
export function isLockedOut(printed: string): boolean {
  return LOCKED.test(shownLines(printed).join(" "));
}
