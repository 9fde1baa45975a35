import { channelName, type Channel, type ConsoleState } from "./console-state.ts";
import { description, TEXTS } from "./sac-texts.ts";

/** What a command about channels left, and what it says. */
export interface ChannelsSaid {
  readonly console: ConsoleState;
  readonly lines: readonly string[];
  readonly event?: readonly string[];
}

/** How a command names a channel. */
export interface ChannelPick {
  readonly by: "number" | "name";
  readonly which: string;
}

/** `ch` */
export function listChannels({ channels }: ConsoleState): readonly string[] {
  return [...TEXTS.channelList, ...channels.map(({ number, name }) => `${number} (AV)    ${name}`)];
}

/** `cmd` */
export function openChannel(console: ConsoleState, limit: number): ChannelsSaid {
  const { channels, made } = console;
  if (channels.length >= limit) {
    return { console, lines: [TEXTS.channelsFull] };
  }
  const numbers = new Set(channels.map(({ number }) => number));
  let number = 1;
  while (numbers.has(number)) {
    number += 1;
  }
  const name = channelName(made + 1);
  const channel: Channel = { number, name, stage: { kind: "username" }, typed: "" };
  const sorted = [...channels, channel].toSorted((one, other) => one.number - other.number);
  return {
    console: { ...console, channels: sorted, made: made + 1 },
    lines: [TEXTS.launched],
    event: [TEXTS.created, `Channel: ${name}`],
  };
}

/** `ch -si` and `ch -sn`: describes the channel; the next key shows it. */
export function describeChannel(console: ConsoleState, pick: ChannelPick): ChannelsSaid {
  const channel = picked(console, pick);
  return channel === null
    ? { console, lines: [missing(pick)] }
    : {
        console: { ...console, front: channel.number, described: true },
        lines: description(channel.name),
      };
}

/** `ch -ci` and `ch -cn` */
export function closeChannel(console: ConsoleState, pick: ChannelPick): ChannelsSaid {
  const channel = picked(console, pick);
  if (channel === null) {
    return { console, lines: [missing(pick)] };
  }
  return channel.number === 0
    ? { console, lines: [TEXTS.sacStays] }
    : {
        console: withoutChannel(console, channel.number),
        lines: [],
        event: [TEXTS.closed, `Channel: ${channel.name}`],
      };
}

/** The console after a channel has ended. */
export function withoutChannel(console: ConsoleState, number: number): ConsoleState {
  return {
    ...console,
    channels: console.channels.filter((channel) => channel.number !== number),
  };
}

/** The channel that `<esc><tab>` selects from the one in front. */
export function nextChannel({ channels, front }: ConsoleState): {
  readonly number: number;
  readonly name: string;
} {
  return channels.find(({ number }) => number > front) ?? { number: 0, name: "SAC" };
}

function picked(
  { channels }: ConsoleState,
  { by, which }: ChannelPick,
): { readonly number: number; readonly name: string } | null {
  const all = [{ number: 0, name: "SAC" }, ...channels];
  return all.find((channel) => String(channel[by]) === which) ?? null;
}

function missing({ by }: ChannelPick): string {
  return by === "number" ? TEXTS.noSuchNumber : TEXTS.noSuchName;
}
