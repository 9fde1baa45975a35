import {
  azureGateway,
  isLinkLocal,
  normalizeMac,
  prefixHolding,
  prefixLengthOf,
} from "../domain/addresses.ts";
import type { GuestAdapter, GuestReading, NicFacts } from "../domain/facts.ts";
import { ipv4Configurations, primaryAddress } from "../domain/ip-configurations.ts";

/** First column of the diagnosis table: what is known of the adapter. */
export type AdapterState = "disabled" | "missing" | "unreadable" | "dhcpOff" | "dhcpOn";
/** Second column: how many IPv4 configurations Azure gave the NIC. */
export type ConfigurationCount = "one" | "several";
/** Third column: the guest's addresses seen from Azure's; exactly one holds. */
export type AddressRelation =
  /** All of Azure's, and more. */
  | "superset"
  | "equal"
  /** Azure's primary address, but not all of Azure's. */
  | "primaryOnly"
  /** Some, but not Azure's primary address. */
  | "other"
  /** None, 169.254/16 aside. */
  | "none";
/** Fourth column: prefix length and, on the primary NIC, gateway; unknown subnets cannot be judged wrong. */
export type RouteState = "right" | "wrong" | "unknown";

/** One NIC with its adapter, reduced to the columns of the diagnosis table. */
export interface Situation {
  readonly state: AdapterState;
  readonly configurations: ConfigurationCount;
  readonly relation: AddressRelation;
  readonly route: RouteState;
  /** The adapter with the NIC's MAC, if exactly one has it. */
  readonly adapter: GuestAdapter | null;
  /** Azure's IPv4 addresses, primary first. */
  readonly azureAddresses: readonly string[];
  /** The guest's IPv4 addresses without 169.254/16. */
  readonly guestAddresses: readonly string[];
}

/** Reduces one NIC and the guest's adapters to the columns of the diagnosis table. */
export function situationOf(nic: NicFacts, guest: GuestReading): Situation {
  const configurations = ipv4Configurations(nic);
  const matches = guest.kind === "read" ? adaptersOf(nic, guest.facts.adapters) : [];
  const [match, second] = matches;
  const adapter = match === undefined || second !== undefined ? null : match;
  const azureAddresses = configurations.flatMap(({ address }) => address ?? []);
  const guestAddresses = (adapter?.addresses ?? [])
    .map(({ ip }) => ip)
    .filter((ip) => !isLinkLocal(ip));
  return {
    state: stateOf(nic, guest, matches),
    configurations: configurations.length > 1 ? "several" : "one",
    relation: relationOf(azureAddresses, guestAddresses),
    route: adapter === null ? "unknown" : routeOf(nic, adapter),
    adapter,
    azureAddresses,
    guestAddresses,
  };
}

/** The adapters which have the NIC's MAC. */
function adaptersOf(nic: NicFacts, adapters: readonly GuestAdapter[]): readonly GuestAdapter[] {
  const mac = macOf(nic);
  return mac === null ? [] : adapters.filter((adapter) => normalizeMac(adapter.mac) === mac);
}

/** Adapters which belong to none of the NICs, for example one whose NIC has a new MAC by now. */
export function unmatchedAdapters(
  nics: readonly NicFacts[],
  adapters: readonly GuestAdapter[],
): readonly GuestAdapter[] {
  const macs = new Set(nics.map((nic) => macOf(nic)));
  return adapters.filter(({ mac }) => !macs.has(normalizeMac(mac)));
}

function macOf(nic: NicFacts): string | null {
  return nic.mac === null ? null : normalizeMac(nic.mac);
}

function stateOf(
  nic: NicFacts,
  guest: GuestReading,
  matches: readonly GuestAdapter[],
): AdapterState {
  const [adapter, second] = matches;
  if (guest.kind === "unreadable" || macOf(nic) === null || second !== undefined) {
    return "unreadable";
  }
  if (adapter === undefined) {
    return "missing";
  }
  if (!adapter.enabled) {
    return "disabled";
  }
  // Without Azure's own primary address there is nothing to compare the guest with.
  return primaryAddress(nic) === null ? "unreadable" : dhcpStateOf(adapter);
}

function dhcpStateOf({ dhcp }: GuestAdapter): AdapterState {
  if (dhcp === null) {
    return "unreadable";
  }
  return dhcp ? "dhcpOn" : "dhcpOff";
}

function relationOf(azure: readonly string[], guest: readonly string[]): AddressRelation {
  const [primary] = azure;
  if (guest.length === 0) {
    return "none";
  }
  if (primary === undefined || !guest.includes(primary)) {
    return "other";
  }
  if (!azure.every((ip) => guest.includes(ip))) {
    return "primaryOnly";
  }
  return guest.every((ip) => azure.includes(ip)) ? "equal" : "superset";
}

function routeOf(nic: NicFacts, adapter: GuestAdapter): RouteState {
  const primary = primaryAddress(nic);
  const own = adapter.addresses.find(({ ip }) => ip === primary);
  const prefix = own === undefined ? null : prefixHolding(own.ip, nic.subnet?.prefixes ?? []);
  if (prefix === null) {
    return "unknown";
  }
  // Azure's DHCP gives a gateway on the primary NIC only, so elsewhere none is expected and none is judged.
  const gatewayRight = !nic.primary || adapter.gateways.includes(azureGateway(prefix));
  return own?.prefixLength === prefixLengthOf(prefix) && gatewayRight ? "right" : "wrong";
}
