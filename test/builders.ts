import type { Diagnosis } from "../shared/domain/diagnosis.ts";
import type {
  AzureFacts,
  GuestAdapter,
  GuestFacts,
  GuestReading,
  IpConfigurationFacts,
  NicFacts,
  Probe,
  SubnetFacts,
  VmFacts,
} from "../shared/domain/facts.ts";
import type { Incident } from "../shared/domain/incident.ts";
import type { Signal } from "../shared/domain/signal.ts";

/** Subscription of every built fact. */
export const SUBSCRIPTION = "5b1c7a52-0f3e-4d0a-9d5c-2a6f1e8b9c01";
const RESOURCE_GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-harbour`;

/** Id of the VM that `aVm()` builds. */
export const VM_ID = `${RESOURCE_GROUP}/providers/Microsoft.Compute/virtualMachines/vm-crane-01`;
/** Id of the NIC that `aNic()` builds. */
export const NIC_ID = `${RESOURCE_GROUP}/providers/Microsoft.Network/networkInterfaces/nic-crane-01`;
/** Id of the NIC that `aSecondNic()` builds. */
export const SECOND_NIC_ID = `${RESOURCE_GROUP}/providers/Microsoft.Network/networkInterfaces/nic-crane-01-b`;
/** Id of the subnet that `aSubnet()` builds. */
export const SUBNET_ID = `${RESOURCE_GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-harbour/subnets/quay`;
/** Id of the OS disk of the VM that `aVm()` builds. */
export const OS_DISK_ID = `${RESOURCE_GROUP}/providers/Microsoft.Compute/disks/vm-crane-01-os`;

/** A running, opted-in Windows VM with a managed OS disk. */
export function aVm(overrides: Partial<VmFacts> = {}): VmFacts {
  return {
    id: VM_ID,
    name: "vm-crane-01",
    location: "northeurope",
    osType: "Windows",
    powerState: "running",
    agentReady: true,
    agentReportedAt: "2026-03-02T08:00:00.000Z",
    osDisk: { kind: "managed", id: OS_DISK_ID },
    tags: { "static-ip-remediator": "on" },
    inScaleSet: false,
    bootDiagnostics: true,
    createdAt: "2025-11-20T09:00:00.000Z",
    provisionedAt: "2026-03-01T20:58:00.000Z",
    ...overrides,
  };
}

/** The only, dynamic IPv4 configuration of a NIC: 10.71.4.20. */
export function anIpConfiguration(
  overrides: Partial<IpConfigurationFacts> = {},
): IpConfigurationFacts {
  return {
    name: "ipconfig1",
    primary: true,
    version: "IPv4",
    address: "10.71.4.20",
    allocation: "Dynamic",
    subnetId: SUBNET_ID,
    publicIpId: null,
    ...overrides,
  };
}

/** The subnet 10.71.4.0/24. */
export function aSubnet(overrides: Partial<SubnetFacts> = {}): SubnetFacts {
  return {
    id: SUBNET_ID,
    prefixes: ["10.71.4.0/24"],
    networkSecurityGroupId: null,
    nicIds: [NIC_ID.toLowerCase()],
    ...overrides,
  };
}

/** The primary NIC, with one IPv4 address: 10.71.4.20 in 10.71.4.0/24. */
export function aNic(overrides: Partial<NicFacts> = {}): NicFacts {
  return {
    id: NIC_ID,
    name: "nic-crane-01",
    primary: true,
    mac: "00-0D-3A-71-04-20",
    ipForwarding: false,
    networkSecurityGroupId: null,
    ipConfigurations: [anIpConfiguration()],
    pools: [],
    subnet: aSubnet(),
    ...overrides,
  };
}

/** A secondary NIC with the address 10.71.4.40. */
export function aSecondNic(overrides: Partial<NicFacts> = {}): NicFacts {
  return aNic({
    id: SECOND_NIC_ID,
    name: "nic-crane-01-b",
    primary: false,
    mac: "00-0D-3A-71-04-40",
    ipConfigurations: [anIpConfiguration({ address: "10.71.4.40" })],
    ...overrides,
  });
}

/** What Azure says of `aVm()` with `aNic()`. */
export function azureFacts(overrides: Partial<AzureFacts> = {}): AzureFacts {
  return {
    readAt: "2026-03-02T08:05:00.000Z",
    vm: aVm(),
    nics: [aNic()],
    locks: [],
    platform: { state: "Available", userInitiated: false, summary: "", since: null },
    ...overrides,
  };
}

/** The adapter of `aNic()` as it should be: DHCP on, 10.71.4.20/24. */
export function aGuestAdapter(overrides: Partial<GuestAdapter> = {}): GuestAdapter {
  return {
    name: "Ethernet",
    guid: "{7A40E2B1-5C0D-4D0E-9C11-0A5D1C2B3E01}",
    mac: "00-0D-3A-71-04-20",
    enabled: true,
    dhcp: true,
    addresses: [{ ip: "10.71.4.20", prefixLength: 24 }],
    gateways: ["10.71.4.1"],
    staticDnsServers: [],
    fingerprint: "f-right",
    ...overrides,
  };
}

/** The adapter of `aNic()` with the fault: static 10.71.4.77 where Azure gave 10.71.4.20. */
export function aMismatchedAdapter(overrides: Partial<GuestAdapter> = {}): GuestAdapter {
  return aGuestAdapter({
    dhcp: false,
    addresses: [{ ip: "10.71.4.77", prefixLength: 24 }],
    fingerprint: "f-wrong",
    ...overrides,
  });
}

/** The adapter of `aSecondNic()` as it should be: DHCP on, 10.71.4.40/24, no gateway. */
export function aSecondAdapter(overrides: Partial<GuestAdapter> = {}): GuestAdapter {
  return aGuestAdapter({
    name: "Ethernet 2",
    guid: "{7A40E2B1-5C0D-4D0E-9C11-0A5D1C2B3E02}",
    mac: "00-0D-3A-71-04-40",
    addresses: [{ ip: "10.71.4.40", prefixLength: 24 }],
    gateways: [],
    ...overrides,
  });
}

/** What a well Windows without roles says. */
export function guestFacts(overrides: Partial<GuestFacts> = {}): GuestFacts {
  return {
    readAt: "2026-03-02T08:05:30.000Z",
    bootedAt: "2026-03-01T21:00:00.000Z",
    computerName: "CRANE01",
    dhcpService: { state: "running", startMode: "automatic" },
    roles: [],
    deadManTasks: [],
    adapters: [aGuestAdapter()],
    ...overrides,
  };
}

/** A guest that was read. */
export function guestRead(overrides: Partial<GuestFacts> = {}): GuestReading {
  return { kind: "read", facts: guestFacts(overrides), netshText: null };
}

/** A guest that no channel could read. */
export function guestUnreadable(
  code = "agent-not-ready",
  message = "The agent is not ready.",
): GuestReading {
  return { kind: "unreadable", code, message };
}

/** A probe that found nothing at 10.71.4.20. */
export function aSilentProbe(): Probe {
  return { kind: "silent", address: "10.71.4.20", detail: "no TCP answer in 5 s, three times" };
}

/** A probe that RDP answered at 10.71.4.20. */
export function anAnsweringProbe(): Probe {
  return { kind: "answers", address: "10.71.4.20", detail: "RDP negotiation confirmed" };
}

/** A probe that proves nothing. */
export function anUnknownProbe(
  code: Extract<Probe, { kind: "unknown" }>["code"] = "no-route",
): Probe {
  return { kind: "unknown", code, detail: "nothing to go by" };
}

/** A probe that a security rule denies. */
export function aDeniedProbe(): Probe {
  const deniedBy = "securityRules/lockdown";
  return { kind: "unknown", code: "nsg", detail: `Rule ${deniedBy} denies the probe.`, deniedBy };
}

/** The verdict `static-mismatch` on `aNic()` with `aMismatchedAdapter()`. */
export function aDiagnosis(overrides: Partial<Diagnosis> = {}): Diagnosis {
  return {
    kind: "static-mismatch",
    nicId: NIC_ID,
    primaryNic: true,
    adapterName: "Ethernet",
    azureAddresses: ["10.71.4.20"],
    guestAddresses: ["10.71.4.77"],
    message: "Windows has the static address 10.71.4.77; Azure gave the NIC 10.71.4.20.",
    ...overrides,
  };
}

/** A pending signal of an alert on `aVm()`. */
export function aSignal(overrides: Partial<Signal> = {}): Signal {
  return {
    id: "alert-0001",
    source: "alert",
    target: { kind: "vm", vmId: VM_ID.toLowerCase() },
    vmId: VM_ID.toLowerCase(),
    nicId: null,
    mode: "heal",
    readGuest: false,
    note: null,
    receivedAt: "2026-03-02T08:04:00.000Z",
    state: { kind: "pending" },
    ...overrides,
  };
}

/** An incident of `aVm()` that was just opened. */
export function anIncident(overrides: Partial<Incident> = {}): Incident {
  return {
    id: "incident-0001",
    vmId: VM_ID.toLowerCase(),
    vmName: "vm-crane-01",
    mode: "heal",
    openedAt: "2026-03-02T08:04:10.000Z",
    closedAt: null,
    signalIds: ["alert-0001"],
    azureFacts: null,
    probe: null,
    guest: null,
    diagnoses: [],
    plan: null,
    backup: null,
    steps: [],
    ledger: [],
    provenAt: null,
    outcome: null,
    ...overrides,
  };
}
