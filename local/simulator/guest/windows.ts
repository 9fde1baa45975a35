import { isLinkLocal, maskOf } from "../../../shared/domain/addresses.ts";
import type { GuestAdapterState, GuestAddressState, GuestState, GuestWorld } from "./state.ts";

/** What the registry holds of an interface: addresses as `ip/mask`, gateways as `ip/metric`. */
export interface StoredConfiguration {
  readonly addresses: readonly string[];
  readonly gateways: readonly string[];
}

/** The state with one adapter changed. */
export function changeAdapter(
  state: GuestState,
  guid: string,
  change: (adapter: GuestAdapterState) => GuestAdapterState,
): GuestState {
  const adapters = state.adapters.map((adapter) =>
    adapter.guid === guid ? change(adapter) : adapter,
  );
  return { ...state, adapters };
}

/** The adapter with that interface GUID. */
export function adapterOf(state: GuestState, guid: string): GuestAdapterState | undefined {
  return state.adapters.find((adapter) => adapter.guid === guid);
}

/** Default gateways that Windows uses on the adapter: of its configuration, and of routes left behind. */
export function gatewaysInForce(state: GuestState, adapter: GuestAdapterState): readonly string[] {
  const left = state.persistentRoutes
    .filter((route) => route.interfaceIndex === adapter.index)
    .map((route) => route.nextHop);
  return adapter.enabled ? [...new Set([...adapter.gateways, ...left])] : [];
}

/** The static configuration in the registry; empty while the adapter uses DHCP. */
export function storedConfiguration(adapter: GuestAdapterState): StoredConfiguration {
  if (adapter.dhcp) {
    return { addresses: [], gateways: [] };
  }
  const addresses =
    adapter.configured ?? adapter.addresses.filter((address) => !isLinkLocal(address.ip));
  return {
    addresses: addresses.map((address) => `${address.ip}/${maskOf(address.prefixLength)}`),
    gateways: adapter.gateways.map((gateway) => `${gateway}/0`),
  };
}

/** Addresses that Windows does not choose as the source of what it sends by itself. */
export function skippedAddresses(adapter: GuestAdapterState): readonly string[] {
  return adapter.enabled
    ? adapter.addresses.filter((address) => address.skipAsSource === true).map(({ ip }) => ip)
    : [];
}

/** `Set-NetIPAddress -SkipAsSource`: true for these addresses of the adapter, false for its others. */
export function skipAsSource(state: GuestState, guid: string, ips: readonly string[]): GuestState {
  return changeAdapter(state, guid, (adapter) => ({
    ...adapter,
    addresses: adapter.addresses.map(({ ip, prefixLength }) =>
      ips.includes(ip) ? { ip, prefixLength, skipAsSource: true } : { ip, prefixLength },
    ),
  }));
}

/** `Enable-NetAdapter`: on DHCP it asks for a lease. */
export function enableAdapter(state: GuestState, guid: string, world: GuestWorld): GuestState {
  const enabled = changeAdapter(state, guid, (adapter) => ({ ...adapter, enabled: true }));
  return renewLease(enabled, guid, world);
}

/** `Disable-NetAdapter`: a lease is gone with it, a static configuration stays. */
export function disableAdapter(state: GuestState, guid: string): GuestState {
  return changeAdapter(state, guid, (adapter) => ({
    ...(adapter.dhcp ? withoutLease(adapter) : adapter),
    enabled: false,
  }));
}

/** `netsh … source=dhcp`: the old default routes stay behind as persistent ones, as Microsoft measured. */
export function useDhcp(state: GuestState, guid: string, world: GuestWorld): GuestState {
  const before = adapterOf(state, guid);
  if (before === undefined) {
    return state;
  }
  const known = new Set(
    state.persistentRoutes
      .filter((route) => route.interfaceIndex === before.index)
      .map((route) => route.nextHop),
  );
  const left = before.gateways
    .filter((gateway) => !known.has(gateway))
    .map((nextHop) => ({ interfaceIndex: before.index, nextHop }));
  const switched = changeAdapter(
    { ...state, persistentRoutes: [...state.persistentRoutes, ...left] },
    guid,
    (adapter) => ({ ...withoutLease(adapter), dhcp: true }),
  );
  return renewLease(switched, guid, world);
}

/** `netsh … source=static`, with all addresses and gateways at once. */
export function useStatic(
  state: GuestState,
  guid: string,
  stored: {
    readonly addresses: readonly GuestAddressState[];
    readonly gateways: readonly string[];
  },
): GuestState {
  const index = adapterOf(state, guid)?.index;
  const persistentRoutes = state.persistentRoutes.filter(
    (route) => route.interfaceIndex !== index || !stored.gateways.includes(route.nextHop),
  );
  return changeAdapter({ ...state, persistentRoutes }, guid, (adapter) => ({
    ...withoutLease(adapter),
    dhcp: false,
    addresses: stored.addresses,
    gateways: stored.gateways,
  }));
}

/** Gives an adapter on DHCP what the world's DHCP server has for it now. */
export function renewLease(state: GuestState, guid: string, world: GuestWorld): GuestState {
  return changeAdapter(state, guid, (adapter) => {
    if (!adapter.enabled || !adapter.dhcp) {
      return adapter;
    }
    const bare = withoutLease(adapter);
    if (state.dhcpService.state !== "running") {
      return bare;
    }
    const lease = world.leases[adapter.mac];
    if (lease === null || lease === undefined) {
      return { ...bare, addresses: [{ ip: linkLocalOf(adapter.mac), prefixLength: 16 }] };
    }
    return {
      ...bare,
      addresses: [{ ip: lease.ip, prefixLength: lease.prefixLength }],
      gateways: lease.gateway === null ? [] : [lease.gateway],
      leasedDnsServers: lease.dnsServers,
    };
  });
}

/** Starts the DHCP client, which then asks for a lease on each adapter on DHCP; null if it does not start. */
export function startDhcpService(state: GuestState, world: GuestWorld): GuestState | null {
  const { broken, startMode, state: now } = state.dhcpService;
  if (now === "running") {
    return state;
  }
  if (broken === true || startMode === "disabled") {
    return null;
  }
  let started: GuestState = { ...state, dhcpService: { ...state.dhcpService, state: "running" } };
  for (const adapter of state.adapters) {
    started = renewLease(started, adapter.guid, world);
  }
  return started;
}

/** `Remove-NetRoute` of a default route: it goes from the active and from the persistent store. */
export function removeDefaultRoute(state: GuestState, index: number, hop: string): GuestState {
  return {
    ...state,
    persistentRoutes: state.persistentRoutes.filter(
      (route) => route.interfaceIndex !== index || route.nextHop !== hop,
    ),
    adapters: state.adapters.map((adapter) =>
      adapter.index === index
        ? { ...adapter, gateways: adapter.gateways.filter((gateway) => gateway !== hop) }
        : adapter,
    ),
  };
}

function withoutLease(adapter: GuestAdapterState): GuestAdapterState {
  const { configured: _, leasedDnsServers: __, ...kept } = adapter;
  return { ...kept, addresses: [], gateways: [] };
}

/** The address that Windows makes up; here it follows from the MAC address, so that runs repeat. */
function linkLocalOf(mac: string): string {
  const [high = 0, low = 0] = mac
    .split("-")
    .slice(4)
    .map((octet) => Number.parseInt(octet, 16));
  return `169.254.${1 + (high % 254)}.${low}`;
}
