import ipaddr from "ipaddr.js";

import { isIpv4, maskOf } from "../../../shared/domain/addresses.ts";
import type { GuestAdapterState, GuestState } from "../guest/state.ts";
import { gatewaysInForce, useStatic } from "../guest/windows.ts";

/** What stands on a VM's serial console, whoever looks. */
export interface ConsoleState {
  /** `cmd`: somebody's command prompt channel is in front, and takes what is typed. */
  readonly front: "sac" | "cmd";
  /** The line so far, not sent yet. */
  readonly typed: string;
}

/** What came of some typing. */
export interface Typed {
  readonly console: ConsoleState;
  readonly guest: GuestState;
  readonly output: string;
}

const NEW_LINE = "\r\n";
const PROMPT = { sac: "SAC>", cmd: String.raw`C:\Windows\system32>` } as const;
const ERASING = new Set(["\b", "\u007F"]);

/** SAC's own texts, which are English in every Windows. Source: its message table, public since Windows Server 2003. */
const TEXTS = {
  help: [
    "? or help            Display this list.",
    "i                    List all IP network numbers and their IP addresses.",
    "i <#> <ip> <subnet> <gateway> Set IPv4 addr., subnet and gateway.",
    "id                   Display the computer identification information.",
  ].join(NEW_LINE),
  retrieving: "SAC is retrieving IP Addresses...",
  none: "There are no IP Addresses available.",
  set: "SAC successfully set the IP Address, subnet mask, and gateway.",
  notSet: "SAC could not set the IP Address.",
  badParameter: "A parameter was incorrect or missing.  Try the 'help' command for more details.",
  unknown: "Unrecognized command.  Try the 'help' command for more details.",
};

/** The line with which a console greets a newcomer: whatever waits there. That Azure repeats it is unconfirmed. */
export function waitingLine({ front, typed }: ConsoleState): string {
  return `${NEW_LINE}${PROMPT[front]}${typed}`;
}

/** Types a text, letter by letter; Enter sends the line. */
export function typeText(console: ConsoleState, guest: GuestState, text: string): Typed {
  let state: Typed = { console, guest, output: "" };
  for (const letter of text.replaceAll("\r\n", "\r")) {
    state = typeLetter(state, letter);
  }
  return state;
}

function typeLetter(state: Typed, letter: string): Typed {
  const { console, guest, output } = state;
  if (letter === "\r" || letter === "\n") {
    const done =
      console.front === "sac" ? command(guest, console.typed.trim()) : { guest, says: [] };
    const lines = done.says.flatMap((line) => [line, NEW_LINE]).join("");
    return {
      console: { ...console, typed: "" },
      guest: done.guest,
      output: output + NEW_LINE + lines + PROMPT[console.front],
    };
  }
  if (ERASING.has(letter)) {
    const echo = console.typed === "" ? "" : "\b \b";
    return {
      console: { ...console, typed: console.typed.slice(0, -1) },
      guest,
      output: output + echo,
    };
  }
  return { console: { ...console, typed: console.typed + letter }, guest, output: output + letter };
}

interface Done {
  readonly guest: GuestState;
  readonly says: readonly string[];
}

function command(guest: GuestState, line: string): Done {
  const [name = "", ...words] = line.split(/\s+/u);
  switch (name.toLowerCase()) {
    case "":
      return { guest, says: [] };
    case "?":
    case "help":
      return { guest, says: [TEXTS.help] };
    case "id":
      return { guest, says: [`           Computer Name: ${guest.computerName}`] };
    case "i":
      return words.length === 0 ? { guest, says: listing(guest) } : setAddress(guest, words);
    default:
      return { guest, says: [TEXTS.unknown] };
  }
}

/** The lines of every adapter that is on. */
function listing(guest: GuestState): readonly string[] {
  const adapters = guest.adapters.filter(({ enabled }) => enabled);
  const lines = adapters.flatMap((adapter) => linesOf(guest, adapter));
  return [TEXTS.retrieving, ...(lines.length === 0 ? [TEXTS.none] : lines)];
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
function setAddress(guest: GuestState, words: readonly string[]): Done {
  const [number, ip, mask, gateway] = words;
  const prefixLength = prefixLengthOfMask(mask);
  if (words.length !== 4 || !isAddress(ip) || !isAddress(gateway) || prefixLength === null) {
    return { guest, says: [TEXTS.badParameter] };
  }
  const adapter = guest.adapters.find((each) => each.enabled && String(each.index) === number);
  if (adapter === undefined) {
    return { guest, says: [TEXTS.notSet] };
  }
  const stored = { addresses: [{ ip, prefixLength }], gateways: [gateway] };
  return { guest: useStatic(guest, adapter.guid, stored), says: [TEXTS.set] };
}

function isAddress(text: string | undefined): text is string {
  return text !== undefined && isIpv4(text);
}

function prefixLengthOfMask(mask: string | undefined): number | null {
  return isAddress(mask) ? ipaddr.IPv4.parse(mask).prefixLengthFromSubnetMask() : null;
}
