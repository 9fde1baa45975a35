import { isIpv4 } from "../../domain/addresses.ts";
import type { ConsoleAddress } from "../../domain/facts.ts";

/** What waits at the end of the text. */
export type SacWaiting =
  /** `SAC>`: a command may be typed. */
  | "prompt"
  /** `----Press <Enter> for more----`. */
  | "more"
  /** Another prompt, a channel or a login: somebody's session, in which nothing may be typed. */
  | "foreign"
  /** Nothing yet: more text may come. */
  | "nothing";

/** Sequences that move a terminal's cursor or colour its text (ECMA-48). */
const SEQUENCES = /[^\P{Cc}\n\r\t]\[[0-?]*[ -/]*[@-~]/gu;

const ADDRESS =
  /Net:\s*(?<network>\d{1,9}),\s*Ip=(?<ip>[\d.]+)\s+Subnet=(?<mask>[\d.]+)(?:\s+Gateway=(?<gateway>[\d.]+))?/u;

/** Prompts of a command channel, of PowerShell in it, of its login, all with what was typed, and a channel's description. */
const FOREIGN =
  /(?:^[A-Z]:\\[^\n<>|]*>.*|^PS [^\n]*>.*|^(?:Username|Domain\s*|Password):.*|Please enter login credentials\.|Press any key[^\n]*|Use any other key to view this channel\.)\s*$/mu;

/** The text without what only moves a terminal's cursor, with line feeds alone. */
export function plainSacText(raw: string): string {
  const lines = raw.replaceAll(SEQUENCES, "").replaceAll(/\r\n?/gu, "\n");
  return lines.replaceAll(/[^\P{Cc}\n\t]/gu, "");
}

/** What the console waits for, by the end of what it printed since something was typed. */
export function waitingFor(raw: string): SacWaiting {
  const text = plainSacText(raw).trimEnd();
  if (/(?:^|\n)SAC>$/u.test(text)) {
    return "prompt";
  }
  if (text.endsWith("----Press <Enter> for more----")) {
    return "more";
  }
  const lastLine = text.slice(text.lastIndexOf("\n") + 1);
  return FOREIGN.test(lastLine) ? "foreign" : "nothing";
}

/**
 * The IPv4 addresses that the command `i` printed, in the order of the text; 0.0.0.0 counts as no address, lines of IPv6
 * and anything between the lines are left out. Form of the lines: SAC's own messages, in English in every Windows.
 */
export function readSacAddresses(raw: string): readonly ConsoleAddress[] {
  return plainSacText(raw)
    .split("\n")
    .flatMap((line) => {
      const { network, ip, mask, gateway } = ADDRESS.exec(line)?.groups ?? {};
      if (!isAddress(ip) || mask === undefined || !isIpv4(mask)) {
        return [];
      }
      return { network: Number(network), ip, mask, gateway: isAddress(gateway) ? gateway : null };
    });
}

/** The network numbers of the list, each once: also those that have no IPv4 address. */
export function readSacNetworks(raw: string): readonly number[] {
  const found = plainSacText(raw).matchAll(/Net:\s*(?<network>\d{1,9}),\s*Ip=/gu);
  return [...new Set(Array.from(found, (match) => Number(match.groups?.["network"])))];
}

function isAddress(text: string | undefined): text is string {
  return text !== undefined && isIpv4(text) && text !== "0.0.0.0";
}
