import { adapterViews } from "../../local/simulator/guest/envelope.ts";
import type {
  GuestAdapterState,
  GuestLease,
  GuestState,
  GuestWorld,
} from "../../local/simulator/guest/state.ts";
import { renderScript, type GuestScriptParameters } from "../../shared/guest/script.ts";

const NOW = "2026-03-01T10:00:00Z";
export const MAC = "00-0D-3A-12-34-56";

/** A healthy adapter of the hypervisor's network. */
export function anAdapter(overrides: Partial<GuestAdapterState> = {}): GuestAdapterState {
  return {
    name: "Ethernet",
    guid: "{6F1B2A30-5C4D-4E7F-8A90-1B2C3D4E5F60}",
    index: 7,
    mac: MAC,
    description: "Microsoft Hyper-V Network Adapter",
    service: "netvsc",
    enabled: true,
    dhcp: true,
    addresses: [{ ip: "10.20.0.4", prefixLength: 24 }],
    gateways: ["10.20.0.1"],
    staticDnsServers: [],
    ...overrides,
  };
}

/** The same adapter with a wrong static address. */
export function aStaticAdapter(overrides: Partial<GuestAdapterState> = {}): GuestAdapterState {
  return anAdapter({
    dhcp: false,
    addresses: [{ ip: "10.20.0.99", prefixLength: 24 }],
    ...overrides,
  });
}

/** A Windows with one healthy adapter. */
export function aGuest(overrides: Partial<GuestState> = {}): GuestState {
  return {
    computerName: "vm-orchid",
    bootedAt: "2026-02-27T06:30:00Z",
    dhcpService: { state: "running", startMode: "automatic" },
    roles: [],
    persistentRoutes: [],
    adapters: [anAdapter()],
    ghosts: [],
    tasks: [],
    taskRegistration: true,
    elevated: true,
    ...overrides,
  };
}

/** A lease with the address that Azure expects. */
export function aLease(overrides: Partial<GuestLease> = {}): GuestLease {
  return {
    ip: "10.20.0.4",
    prefixLength: 24,
    gateway: "10.20.0.1",
    dnsServers: ["168.63.129.16"],
    ...overrides,
  };
}

/** A world in which the right lease comes. */
export function aWorld(overrides: Partial<GuestWorld> = {}): GuestWorld {
  return { now: NOW, leases: { [MAC]: aLease() }, ...overrides };
}

/** The read script, as Run Command gets it. */
export function readScript(): string {
  return renderScript("read-guest", { incidentId: "inc-7" }).join("\n");
}

/** The switch script for the adapter with `MAC`, with the fingerprint of the state. */
export function switchScript(state: GuestState, overrides: GuestScriptParameters = {}): string {
  const fingerprint = adapterViews(state).find((view) => view.mac === MAC)?.fp ?? "";
  return renderScript("switch-to-dhcp", {
    incidentId: "inc-7",
    mac: MAC,
    fingerprint,
    notAfter: "2026-03-01T10:05:00Z",
    expectedAddress: "10.20.0.4",
    primaryNic: true,
    leaseWaitSeconds: 10,
    deadManSeconds: 600,
    ...overrides,
  }).join("\n");
}
