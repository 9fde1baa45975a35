import ipaddr from "ipaddr.js";

/** `00-0D-3A-AB-CD-EF` from any usual spelling; null if it is not a MAC address. */
export function normalizeMac(text: string): string | null {
  const digits = text.replaceAll(/[^0-9a-f]/giu, "").toUpperCase();
  return digits.length === 12 ? (digits.match(/../gu) ?? []).join("-") : null;
}

/** Whether it is a dotted-quad IPv4 address. */
export function isIpv4(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text);
}

/** Whether Windows made the address up itself because no DHCP server answered (169.254/16, RFC 3927). */
export function isLinkLocal(ip: string): boolean {
  return isIpv4(ip) && ipaddr.IPv4.parse(ip).range() === "linkLocal";
}

/** Ranges of IPv4 whose addresses mean no machine, every machine, or each machine itself. */
const SHARED_RANGES: ReadonlySet<string> = new Set([
  "unspecified",
  "broadcast",
  "multicast",
  "linkLocal",
  "loopback",
]);

/** Whether an IPv4 address can be that of one machine among others: not 0/8, 127/8, 169.254/16, multicast or broadcast. */
export function isOfOneMachine(ip: string): boolean {
  return !SHARED_RANGES.has(ipaddr.IPv4.parse(ip).range());
}

/** Whether an IPv4 address is of the private ranges, shared ones of providers (100.64/10) included: not on the Internet. */
export function isPrivate(ip: string): boolean {
  return ["private", "carrierGradeNat"].includes(ipaddr.IPv4.parse(ip).range());
}

/** The one of these IPv4 prefixes (CIDR) that holds the address; null if none does. */
export function prefixHolding(ip: string, prefixes: readonly string[]): string | null {
  const address = ipaddr.IPv4.parse(ip);
  return prefixes.find((prefix) => address.match(ipaddr.IPv4.parseCIDR(prefix))) ?? null;
}

/** Length of a CIDR prefix. */
export function prefixLengthOf(prefix: string): number {
  return ipaddr.IPv4.parseCIDR(prefix)[1];
}

/**
 * The default gateway of an Azure subnet: the first address after the network's own.
 * Source: Azure reserves `.1` of each subnet prefix for it (virtual-networks-faq).
 */
export function azureGateway(prefix: string): string {
  const octets = ipaddr.IPv4.networkAddressFromCIDR(prefix).toByteArray();
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  return `${a}.${b}.${c}.${d + 1}`;
}

/** `255.255.255.0` for 24. */
export function maskOf(prefixLength: number): string {
  return ipaddr.IPv4.subnetMaskFromPrefixLength(prefixLength).toString();
}
