import ipaddr from "ipaddr.js";

import { isIpv4 } from "../domain/addresses.ts";

/** One security rule, as far as it matters to an incoming TCP connection. */
export interface NsgRule {
  readonly name: string;
  readonly priority: number;
  readonly direction: "Inbound" | "Outbound";
  readonly access: "Allow" | "Deny";
  /** `Tcp`, `Udp`, `*`, … */
  readonly protocol: string;
  /** Prefixes, addresses, service tags or `*`; null: application security groups, which the caller cannot judge. */
  readonly sources: readonly string[] | null;
  readonly destinations: readonly string[] | null;
  /** Ports, ranges (`3000-4000`) or `*`, at the destination. */
  readonly ports: readonly string[];
}

/** Who connects, and to what. */
export interface NsgConnection {
  /** The prober's own address as the VM's network sees it; null if it is not known. */
  readonly from: string | null;
  /** Whether the VM's private or its public address is dialled. */
  readonly via: "private" | "public";
  /** The VM's private address, also where the public one is dialled: Azure translates before it looks at the rules. */
  readonly to: string;
  readonly port: number;
}

/** What the rules do with the connection, and the name of the rule that decides. */
export interface NsgVerdict {
  readonly kind: "allows" | "denies" | "depends";
  readonly rule: string | null;
}

type Match = "yes" | "no" | "maybe";

/**
 * Judges an incoming TCP connection by the rules of one NSG: the first that matches, by priority, decides. `depends`: it
 * turns on something unknown here, such as the prober's own address. Rules that may match count only if they differ
 * from the one that surely does. Source: network-security-groups-overview.
 */
export function nsgVerdict(rules: readonly NsgRule[], connection: NsgConnection): NsgVerdict {
  const possible: NsgRule[] = [];
  for (const rule of rules.toSorted((one, other) => one.priority - other.priority)) {
    const match = matchOf(rule, connection);
    if (match === "maybe") {
      possible.push(rule);
    }
    if (match === "yes") {
      return decide(rule, possible);
    }
  }
  // No rule left over: an NSG without its default rules was read, which Azure never sends.
  return { kind: "depends", rule: possible[0]?.name ?? null };
}

function decide(sure: NsgRule, possible: readonly NsgRule[]): NsgVerdict {
  const other = possible.find(({ access }) => access !== sure.access);
  if (other !== undefined) {
    return { kind: "depends", rule: other.name };
  }
  return { kind: sure.access === "Allow" ? "allows" : "denies", rule: sure.name };
}

function matchOf(rule: NsgRule, connection: NsgConnection): Match {
  const protocol = rule.protocol.toLowerCase();
  if (rule.direction !== "Inbound" || !["*", "tcp"].includes(protocol)) {
    return "no";
  }
  if (!rule.ports.some((ports) => holdsPort(ports, connection.port))) {
    return "no";
  }
  const destination = anyOf(rule.destinations, (text) => matchDestination(text, connection));
  const source = anyOf(rule.sources, (text) => matchSource(text, connection));
  if (destination === "no" || source === "no") {
    return "no";
  }
  return destination === "yes" && source === "yes" ? "yes" : "maybe";
}

function anyOf(entries: readonly string[] | null, match: (text: string) => Match): Match {
  if (entries === null) {
    return "maybe";
  }
  const matches = new Set(entries.map((entry) => match(entry)));
  if (matches.has("yes")) {
    return "yes";
  }
  return matches.has("maybe") ? "maybe" : "no";
}

function holdsPort(ports: string, port: number): boolean {
  if (ports === "*") {
    return true;
  }
  const [from, to] = ports.split("-").map(Number);
  return from !== undefined && port >= from && port <= (to ?? from);
}

function matchSource(text: string, { from, via }: NsgConnection): Match {
  const tag = text.toLowerCase();
  if (isEverything(tag)) {
    return "yes";
  }
  // A private address is reached from the virtual network only: the tag includes peered and connected networks.
  if (tag === "virtualnetwork") {
    return via === "private" ? "yes" : "no";
  }
  if (tag === "internet") {
    return via === "public" ? "yes" : "no";
  }
  if (tag === "azureloadbalancer") {
    return "no";
  }
  return matchPrefix(text, from);
}

function matchDestination(text: string, { to }: NsgConnection): Match {
  const tag = text.toLowerCase();
  if (isEverything(tag) || tag === "virtualnetwork") {
    return "yes";
  }
  return tag === "internet" || tag === "azureloadbalancer" ? "no" : matchPrefix(text, to);
}

function isEverything(tag: string): boolean {
  return tag === "*" || tag === "0.0.0.0/0" || tag === "any";
}

/** Other service tags name addresses that only Azure knows: they may match. So may any prefix, where the address is unknown. */
function matchPrefix(text: string, address: string | null): Match {
  if (text.includes(":")) {
    return "no";
  }
  const [network = "", length = "32"] = text.split("/");
  if (address === null || !isIpv4(network) || !isIpv4(address)) {
    return "maybe";
  }
  const inside = ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parse(network), Number(length));
  return inside ? "yes" : "no";
}
