import ipaddr from "ipaddr.js";

import type { NicState, SecurityRuleState, World } from "../world/world.ts";
import { primaryConfiguration } from "../world/world.ts";

/** Where a packet comes from, and to which port it goes. */
export interface InboundPacket {
  readonly port: number;
  /** Service tag of the sender. */
  readonly source: "Internet" | "VirtualNetwork";
}

/** One end of a packet's way. */
export interface FlowEnd {
  readonly address: string;
  /** The service tag that holds its address; null: none does. */
  readonly tag: "Internet" | "VirtualNetwork" | "AzureLoadBalancer" | null;
  /** Null: any. */
  readonly port: number | null;
}

/** A packet to or from a NIC. */
export interface Flow {
  readonly direction: "Inbound" | "Outbound";
  readonly protocol: "Tcp" | "Udp";
  readonly local: FlowEnd;
  readonly remote: FlowEnd;
}

/** What the rules do with a packet, and the rule that decides; null where no NSG is there. */
export interface FlowVerdict {
  readonly access: "Allow" | "Deny";
  readonly rule: SecurityRuleState | null;
}

/** The address of the simulator's proxy inside the virtual network, for rules that name prefixes. */
export const PROXY_ADDRESS = "10.255.255.250";

/** Azure's own last rules, in each NSG. Source: network-security-groups-overview, "Default security rules". */
export const DEFAULT_RULES: readonly SecurityRuleState[] = [
  aDefault("AllowVnetInBound", 65_000, "Allow", "VirtualNetwork", "VirtualNetwork"),
  aDefault("AllowAzureLoadBalancerInBound", 65_001, "Allow", "AzureLoadBalancer", "*"),
  aDefault("DenyAllInBound", 65_500, "Deny", "*", "*"),
  aDefault("AllowVnetOutBound", 65_000, "Allow", "VirtualNetwork", "VirtualNetwork"),
  aDefault("AllowInternetOutBound", 65_001, "Allow", "*", "Internet"),
  aDefault("DenyAllOutBound", 65_500, "Deny", "*", "*"),
];

/** Whether the NSG of the NIC's subnet and the NIC's own both let the packet in. */
export function inboundAllowed(world: World, nic: NicState, packet: InboundPacket): boolean {
  const address = primaryConfiguration(nic)?.address ?? "";
  const verdict = judgeFlow(world, nic, {
    direction: "Inbound",
    protocol: "Tcp",
    local: { address, tag: "VirtualNetwork", port: packet.port },
    remote: { address: PROXY_ADDRESS, tag: packet.source, port: null },
  });
  return verdict.access === "Allow";
}

/**
 * Judges a packet by the NSG of the NIC's subnet and by the NIC's own, in the order in which it meets them: the first that
 * denies decides, else the last. Source: network-security-group-how-it-works; that the last one is named is unconfirmed.
 */
export function judgeFlow(world: World, nic: NicState, flow: Flow): FlowVerdict {
  const subnet = world.network.subnets.find(
    (entry) => entry.name === primaryConfiguration(nic)?.subnet,
  );
  const inward = [subnet?.securityGroup ?? null, nic.securityGroup];
  let verdict: FlowVerdict = { access: "Allow", rule: null };
  for (const name of flow.direction === "Inbound" ? inward : inward.toReversed()) {
    const group = world.securityGroups.get(name?.toLowerCase() ?? "");
    if (group !== undefined && verdict.access === "Allow") {
      verdict = judgeByGroup(group.rules, flow);
    }
  }
  return verdict;
}

function judgeByGroup(rules: readonly SecurityRuleState[], flow: Flow): FlowVerdict {
  const rule = [...rules, ...DEFAULT_RULES]
    .filter((candidate) => candidate.direction === flow.direction)
    .toSorted((left, right) => left.priority - right.priority)
    .find((candidate) => matches(candidate, flow));
  return { access: rule?.access ?? "Deny", rule: rule ?? null };
}

function matches(rule: SecurityRuleState, flow: Flow): boolean {
  const [source, destination] =
    flow.direction === "Inbound" ? [flow.remote, flow.local] : [flow.local, flow.remote];
  return (
    ["*", flow.protocol.toLowerCase()].includes(rule.protocol.toLowerCase()) &&
    rule.ports.some((range) => holdsPort(range, destination.port)) &&
    holdsEnd(rule.source, source) &&
    holdsEnd(rule.destination, destination)
  );
}

function holdsPort(range: string, port: number | null): boolean {
  if (range === "*") {
    return true;
  }
  const [low = "", high = low] = range.split("-");
  return port !== null && port >= Number(low) && port <= Number(high);
}

function holdsEnd(prefix: string, end: FlowEnd): boolean {
  if (prefix === "*" || prefix.toLowerCase() === end.tag?.toLowerCase()) {
    return true;
  }
  if (ipaddr.IPv4.isValidFourPartDecimal(prefix)) {
    return prefix === end.address;
  }
  return (
    ipaddr.IPv4.isValidCIDR(prefix) &&
    ipaddr.IPv4.isValidFourPartDecimal(end.address) &&
    ipaddr.IPv4.parse(end.address).match(ipaddr.IPv4.parseCIDR(prefix))
  );
}

// oxlint-disable-next-line max-params -- one line for each rule reads as the table that it is
function aDefault(
  name: string,
  priority: number,
  access: "Allow" | "Deny",
  source: string,
  destination: string,
): SecurityRuleState {
  const direction = name.endsWith("InBound") ? "Inbound" : "Outbound";
  return { name, priority, direction, access, protocol: "*", source, destination, ports: ["*"] };
}
