import ipaddr from "ipaddr.js";

import { prefixHolding } from "../../domain/addresses.ts";
import type { ResetRecord } from "./reset-record.ts";

/** Azure keeps the first four addresses of a prefix, the network's own included, and the last one (virtual-networks-faq). */
const RESERVED_AT_START = 4;

/** The address of a prefix itself: never assignable, so that Azure answers with free ones instead. */
export function networkAddress(prefix: string): string {
  return ipaddr.IPv4.networkAddressFromCIDR(prefix).toString();
}

/**
 * Those of the offered addresses that may stand in for the NIC's own for some minutes: in a prefix of its subnet, none
 * that Azure reserves, none that Windows holds wrongly, and none that was tried already.
 */
export function swapAddresses(record: ResetRecord, offered: readonly string[]): readonly string[] {
  const { original, avoid, written, prefixes } = record;
  const excluded = new Set([original.address, ...avoid, ...written.map(({ address }) => address)]);
  return [...new Set(offered)].filter((address) => {
    const prefix = excluded.has(address) ? null : prefixHolding(address, prefixes);
    return prefix !== null && !isReserved(address, prefix);
  });
}

function isReserved(address: string, prefix: string): boolean {
  const at = numberOf(address);
  const first = numberOf(networkAddress(prefix));
  const last = numberOf(ipaddr.IPv4.broadcastAddressFromCIDR(prefix).toString());
  return at < first + RESERVED_AT_START || at === last;
}

function numberOf(address: string): number {
  return ipaddr.IPv4.parse(address)
    .toByteArray()
    .reduce((number, octet) => number * 256 + octet, 0);
}
