import type { ScenarioVm } from "../scenario/scenario.ts";

/** Somebody who can sign in at a command prompt channel. */
export type GuestUser = ScenarioVm["guest"]["users"][number];

/** What a command prompt channel waits for. */
export type ChannelStage =
  | { readonly kind: "username" }
  | { readonly kind: "domain"; readonly user: string }
  | { readonly kind: "password"; readonly user: string; readonly domain: string }
  /** Signed in. Of the first letters typed there, `lost` are swallowed, as was seen on Windows Server. */
  | { readonly kind: "shell"; readonly administrator: boolean; readonly lost: number }
  /** Somebody else's: it takes what is typed and does nothing. */
  | { readonly kind: "deaf" };

/** A channel beside SAC's own. */
export interface Channel {
  readonly number: number;
  /** For example `Cmd0001`. */
  readonly name: string;
  readonly stage: ChannelStage;
  /** The line so far, not sent yet. */
  readonly typed: string;
}

/** What stands on a VM's serial console, whoever looks. */
export interface ConsoleState {
  readonly channels: readonly Channel[];
  /** Number of the channel in front; 0: SAC. */
  readonly front: number;
  /** Whether that channel's description is shown, and the next key shows the channel itself. */
  readonly described: boolean;
  /** The line so far at SAC's prompt. */
  readonly typed: string;
  /** Keys of `<esc><tab>` so far. */
  readonly pressed: "" | "escape" | "tab";
  /** Lines that wait until somebody turns the page. */
  readonly nextPages: readonly string[];
  readonly paging: boolean;
  /** Command prompt channels made since the start: the next one's name follows from it. */
  readonly made: number;
}

/** How a VM's console behaves, and who can sign in there. */
export interface ConsoleTraits {
  readonly users: readonly GuestUser[];
  readonly channelLimit: number;
  readonly lostLetters: number;
  readonly noise: boolean;
  readonly terminal: "plain" | "vt100";
  readonly delaySeconds: number;
}

/** The console of a VM that has just started: SAC waits, and nobody has a channel. */
export const FRESH_CONSOLE: ConsoleState = {
  channels: [],
  front: 0,
  described: false,
  typed: "",
  pressed: "",
  nextPages: [],
  paging: true,
  made: 0,
};

/** The console as a scenario wants it. */
export function consoleOf({ console }: ScenarioVm["guest"]): ConsoleState {
  const isFront = console.front === "cmd";
  const count = Math.max(console.othersChannels, isFront ? 1 : 0);
  const channels = Array.from({ length: count }, (_, index): Channel => {
    const typed = isFront && index === 0 ? console.typed : "";
    return { number: index + 1, name: channelName(index + 1), stage: { kind: "deaf" }, typed };
  });
  return {
    ...FRESH_CONSOLE,
    channels,
    front: isFront ? 1 : 0,
    typed: isFront ? "" : console.typed,
    made: count,
  };
}

/** How the console of a scenario's guest behaves. */
export function traitsOf({ console, users }: ScenarioVm["guest"]): ConsoleTraits {
  const { channelLimit, lostLetters, noise, terminal, delaySeconds } = console;
  return { users, channelLimit, lostLetters, noise, terminal, delaySeconds };
}

/** The name of the n-th command prompt channel since the start. */
export function channelName(count: number): string {
  return `Cmd${String(count).padStart(4, "0")}`;
}

/** The state with one channel changed. */
export function changeChannel(
  state: ConsoleState,
  number: number,
  change: (channel: Channel) => Channel,
): ConsoleState {
  const channels = state.channels.map((channel) =>
    channel.number === number ? change(channel) : channel,
  );
  return { ...state, channels };
}

/** The channel with that number; undefined for SAC's own and for none. */
export function channelAt(state: ConsoleState, number: number): Channel | undefined {
  return state.channels.find((channel) => channel.number === number);
}
