import ipaddr from "ipaddr.js";

import { isIpv4, maskOf } from "../../../shared/domain/addresses.ts";
import type { GuestAdapterState, GuestState } from "../guest/state.ts";
import { gatewaysInForce, useStatic } from "../guest/windows.ts";
import { closeChannel, describeChannel, listChannels, openChannel } from "./channels.ts";
import type { ConsoleState, ConsoleTraits } from "./console-state.ts";
import { TEXTS } from "./sac-texts.ts";

/** What a command at SAC's prompt left, and what it says. */
export interface Said {
  readonly console: ConsoleState;
  readonly guest: GuestState;
  readonly lines: readonly string[];
  /** Printed after the next prompt, which then comes again. */
  readonly event?: readonly string[];
}

/** Runs one line that was typed at SAC's prompt. */
export function sacCommand(
  console: ConsoleState,
  guest: GuestState,
  { line, traits }: { readonly line: string; readonly traits: ConsoleTraits },
): Said {
  const [name = "", ...words] = line.trim().split(/\s+/u);
  function say(...lines: readonly string[]): Said {
    return { console, guest, lines };
  }
  switch (name.toLowerCase()) {
    case "":
      return say();
    case "?":
    case "help":
      return say(...TEXTS.help);
    case "id":
      return say(`           Computer Name: ${guest.computerName}`);
    case "p":
      return {
        ...say(console.paging ? TEXTS.pagingOff : TEXTS.pagingOn),
        console: { ...console, paging: !console.paging },
      };
    case "i":
      return { console, ...(words.length === 0 ? listing(guest) : setAddress(guest, words)) };
    default:
      return { guest, ...channelCommand(console, [name, ...words], traits.channelLimit) };
  }
}

function channelCommand(
  console: ConsoleState,
  [name, option, which = ""]: readonly string[],
  limit: number,
): Omit<Said, "guest"> {
  switch ([name, option].join(" ").trim().toLowerCase()) {
    case "cmd":
      return openChannel(console, limit);
    case "ch":
      return { console, lines: listChannels(console) };
    case "ch -?":
      return { console, lines: TEXTS.channelHelp };
    case "ch -si":
      return describeChannel(console, { by: "number", which });
    case "ch -sn":
      return describeChannel(console, { by: "name", which });
    case "ch -ci":
      return closeChannel(console, { by: "number", which });
    case "ch -cn":
      return closeChannel(console, { by: "name", which });
    default:
      return { console, lines: [TEXTS.unknown] };
  }
}

/** The lines of every adapter that is on. */
function listing(guest: GuestState): Omit<Said, "console"> {
  const adapters = guest.adapters.filter(({ enabled }) => enabled);
  const lines = adapters.flatMap((adapter) => linesOf(guest, adapter));
  return { guest, lines: [TEXTS.retrieving, ...(lines.length === 0 ? [TEXTS.none] : lines)] };
}

/** One line for each IPv4 address, and one for the IPv6 address. */
function linesOf(guest: GuestState, adapter: GuestAdapterState): readonly string[] {
  const { addresses, index } = adapter;
  const gateway = gatewaysInForce(guest, adapter)[0] ?? "0.0.0.0";
  const ipv4 = addresses.map(
    ({ ip, prefixLength }) =>
      `Net: ${index}, Ip=${ip}  Subnet=${maskOf(prefixLength)}  Gateway=${gateway}`,
  );
  return [...ipv4, `Net: ${index}, Ip=fe80::${index.toString(16)}`];
}

/** Sets a static address, mask and gateway, as Windows does: DHCP is off from then on. */
function setAddress(guest: GuestState, words: readonly string[]): Omit<Said, "console"> {
  const [number, ip, mask, gateway] = words;
  const prefixLength = prefixLengthOfMask(mask);
  if (words.length !== 4 || !isAddress(ip) || !isAddress(gateway) || prefixLength === null) {
    return { guest, lines: [TEXTS.badParameter] };
  }
  const adapter = guest.adapters.find((each) => each.enabled && String(each.index) === number);
  if (adapter === undefined) {
    return { guest, lines: [TEXTS.notSet] };
  }
  const stored = { addresses: [{ ip, prefixLength }], gateways: [gateway] };
  return { guest: useStatic(guest, adapter.guid, stored), lines: [TEXTS.set] };
}

function isAddress(text: string | undefined): text is string {
  return text !== undefined && isIpv4(text);
}

function prefixLengthOfMask(mask: string | undefined): number | null {
  return isAddress(mask) ? ipaddr.IPv4.parse(mask).prefixLengthFromSubnetMask() : null;
}
