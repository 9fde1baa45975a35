import ipaddr from "ipaddr.js";

import type { World } from "./world.ts";

/** Azure keeps the first four addresses of a subnet, the network's own included, and the last one. */
const RESERVED_AT_START = 4;

interface Range {
  readonly first: number;
  readonly last: number;
}

/** The first addresses of the prefixes which Azure does not reserve and no NIC has, at most `count`. */
export function freeAddresses(world: World, prefixes: readonly string[], count: number): string[] {
  const taken = new Set(
    [...world.nics.values()].flatMap((nic) => nic.configurations.map((entry) => entry.address)),
  );
  const free: string[] = [];
  for (const prefix of prefixes) {
    const { first, last } = rangeOf(prefix);
    for (let at = first + RESERVED_AT_START; at < last && free.length < count; at += 1) {
      const address = textOf(at);
      if (!taken.has(address)) {
        free.push(address);
      }
    }
  }
  return free;
}

/** Whether Azure keeps that address of the prefix for itself. */
export function isReserved(address: string, prefix: string): boolean {
  const { first, last } = rangeOf(prefix);
  const at = numberOf(ipaddr.IPv4.parse(address));
  return at < first + RESERVED_AT_START || at === last;
}

function rangeOf(prefix: string): Range {
  return {
    first: numberOf(ipaddr.IPv4.networkAddressFromCIDR(prefix)),
    last: numberOf(ipaddr.IPv4.broadcastAddressFromCIDR(prefix)),
  };
}

function numberOf(address: ipaddr.IPv4): number {
  return Buffer.from(address.octets).readUInt32BE();
}

function textOf(value: number): string {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets.join(".");
}
