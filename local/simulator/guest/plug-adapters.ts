import { adapterNameFor } from "./locales.ts";
import type { GhostAdapterState, GuestAdapterState, GuestState } from "./state.ts";

const DESCRIPTION = "Microsoft Hyper-V Network Adapter";

/** Windows' interface number of a first adapter. */
const FIRST_INDEX = 5;

/**
 * What Windows finds at a start: an adapter of the hypervisor whose MAC address no NIC has any more becomes a ghost, and a
 * NIC whose MAC address is new gets a new adapter, on DHCP. A ghost keeps its name and its static configuration.
 * Source: "Reset network interface for Azure Windows VM", whose last step removes the old, greyed adapters.
 */
export function plugAdapters(
  state: GuestState,
  macs: readonly string[],
  newGuid: () => string,
): GuestState {
  let next = state;
  for (const adapter of state.adapters) {
    if (isOfHypervisor(adapter) && !macs.includes(adapter.mac)) {
      next = unplug(next, adapter);
    }
  }
  for (const mac of macs) {
    if (!next.adapters.some((adapter) => adapter.mac === mac)) {
      next = { ...next, adapters: [...next.adapters, newAdapter(next, mac, newGuid())] };
    }
  }
  return next;
}

/** With accelerated networking a Mellanox function stands beside the adapter, with the same MAC address. */
function isOfHypervisor(adapter: GuestAdapterState): boolean {
  return adapter.service === "netvsc" || adapter.service.startsWith("mlx");
}

function unplug(state: GuestState, adapter: GuestAdapterState): GuestState {
  const { name, description, guid, service, index, dhcp, gateways, staticDnsServers } = adapter;
  const ghost: GhostAdapterState = {
    name,
    description,
    guid,
    ...(service === "netvsc" ? {} : { service }),
    index,
    dhcp,
    addresses: dhcp ? [] : (adapter.configured ?? adapter.addresses),
    gateways: dhcp ? [] : gateways,
    staticDnsServers,
  };
  return {
    ...state,
    adapters: state.adapters.filter((candidate) => candidate !== adapter),
    ghosts: [...state.ghosts, ghost],
  };
}

/** Names and descriptions of ghosts are taken: Windows counts on. */
function newAdapter(state: GuestState, mac: string, guid: string): GuestAdapterState {
  const known = [...state.adapters, ...state.ghosts];
  const names = new Set(known.map((device) => device.name.toLowerCase()));
  const descriptions = new Set(known.map((device) => device.description.toLowerCase()));
  return {
    name: firstFree(adapterNameFor(state.locale, 1), " ", names),
    guid: `{${guid.toUpperCase()}}`,
    index: Math.max(FIRST_INDEX - 1, ...known.map((device) => device.index)) + 1,
    mac,
    description: firstFree(DESCRIPTION, " #", descriptions),
    service: "netvsc",
    enabled: true,
    dhcp: true,
    addresses: [],
    gateways: [],
    staticDnsServers: [],
  };
}

function firstFree(base: string, separator: string, taken: ReadonlySet<string>): string {
  let candidate = base;
  for (let number = 2; taken.has(candidate.toLowerCase()); number += 1) {
    candidate = `${base}${separator}${number}`;
  }
  return candidate;
}
