import ipaddr from "ipaddr.js";

import type { NicState, SecurityRuleState, World } from "./world.ts";
import { primaryConfiguration } from "./world.ts";

/** Where a packet comes from, and to which port it goes. */
export interface InboundPacket {
  readonly port: number;
  /** Service tag of the sender. */
  readonly source: "Internet" | "VirtualNetwork";
}

/** The address of the simulator's proxy inside the virtual network, for rules that name prefixes. */
const PROXY_ADDRESS = "10.255.255.250";

/** Azure's own last rules, in each NSG. Source: network-security-groups-overview, "Default security rules". */
export const DEFAULT_RULES: readonly SecurityRuleState[] = [
  aDefault("AllowVnetInBound", 65_000, "Inbound", "Allow", "VirtualNetwork"),
  aDefault("AllowAzureLoadBalancerInBound", 65_001, "Inbound", "Allow", "AzureLoadBalancer"),
  aDefault("DenyAllInBound", 65_500, "Inbound", "Deny", "*"),
  aDefault("AllowVnetOutBound", 65_000, "Outbound", "Allow", "VirtualNetwork"),
  aDefault("AllowInternetOutBound", 65_001, "Outbound", "Allow", "*"),
  aDefault("DenyAllOutBound", 65_500, "Outbound", "Deny", "*"),
];

/** Whether the NSG of the NIC's subnet and the NIC's own both let the packet in. */
export function inboundAllowed(world: World, nic: NicState, packet: InboundPacket): boolean {
  const subnet = world.network.subnets.find(
    (entry) => entry.name === primaryConfiguration(nic)?.subnet,
  );
  return [subnet?.securityGroup ?? null, nic.securityGroup].every((name) =>
    groupAllows(world, name, packet),
  );
}

function groupAllows(world: World, name: string | null, packet: InboundPacket): boolean {
  const group = world.securityGroups.get(name?.toLowerCase() ?? "");
  if (group === undefined) {
    return true;
  }
  const rule = [...group.rules, ...DEFAULT_RULES]
    .filter((candidate) => candidate.direction === "Inbound")
    .toSorted((left, right) => left.priority - right.priority)
    .find((candidate) => matches(candidate, packet));
  return rule?.access === "Allow";
}

function matches(rule: SecurityRuleState, packet: InboundPacket): boolean {
  return (
    ["*", "tcp"].includes(rule.protocol.toLowerCase()) &&
    rule.ports.some((range) => holdsPort(range, packet.port)) &&
    holdsSource(rule.source, packet.source)
  );
}

function holdsPort(range: string, port: number): boolean {
  if (range === "*") {
    return true;
  }
  const [low = "", high = low] = range.split("-");
  return port >= Number(low) && port <= Number(high);
}

function holdsSource(source: string, tag: InboundPacket["source"]): boolean {
  if (source === "*" || source.toLowerCase() === tag.toLowerCase()) {
    return true;
  }
  if (ipaddr.IPv4.isValidFourPartDecimal(source)) {
    return source === PROXY_ADDRESS;
  }
  return (
    ipaddr.IPv4.isValidCIDR(source) &&
    ipaddr.IPv4.parse(PROXY_ADDRESS).match(ipaddr.IPv4.parseCIDR(source))
  );
}

// oxlint-disable-next-line max-params -- one line for each rule reads as the table that it is
function aDefault(
  name: string,
  priority: number,
  direction: "Inbound" | "Outbound",
  access: "Allow" | "Deny",
  source: string,
): SecurityRuleState {
  return { name, priority, direction, access, protocol: "*", source, ports: ["*"] };
}
