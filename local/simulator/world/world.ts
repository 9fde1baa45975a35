import type { PowerState } from "../../../shared/domain/facts.ts";
import type { ConsoleState, ConsoleTraits } from "../console/console-state.ts";
import type { GuestState, GuestWorld } from "../guest/state.ts";
import type { LeaseRule, PlatformHealth } from "../scenario/fault-schema.ts";

/** One address of a simulated NIC. */
export interface NicConfiguration {
  readonly name: string;
  readonly address: string;
  readonly allocation: "Static" | "Dynamic";
  readonly primary: boolean;
  readonly version: "IPv4" | "IPv6";
  /** Name of the subnet. */
  readonly subnet: string;
  /** Name of the public address, or null. */
  readonly publicIp: string | null;
  /** What else its writer put there, kept and given back. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** A simulated network interface. */
export interface NicState {
  readonly name: string;
  readonly resourceGuid: string;
  tags: Readonly<Record<string, string>>;
  configurations: readonly NicConfiguration[];
  ipForwarding: boolean;
  /** Name of its NSG, or null. */
  securityGroup: string | null;
  /** What else its writer put there, kept and given back. */
  extra: Readonly<Record<string, unknown>>;
  mac: string;
  etag: string;
  /** Name of the VM which it is attached to, or null. */
  vm: string | null;
  primary: boolean;
  /** Instant (ms) until which Azure is still working on the last write. */
  updatingUntil: number;
  /** The operation of the last write, until it has ended. */
  operationId: string | null;
  /** Whether the last write failed; the next one that does not clears it. */
  failed: boolean;
  lease: LeaseRule;
}

/** A Run Command on its way through a VM. */
export interface CommandState {
  readonly operationId: string;
  readonly script: string;
  readonly scriptName: string | null;
  readonly startedAt: number;
  /** What goes wrong inside Windows while the script runs. */
  readonly guestTrouble: Pick<GuestWorld, "killAfter" | "faults">;
  /** Bytes of StdOut that arrive. */
  readonly outputBytes: number;
  readonly extraMs: number;
  /** Said to be running for ever; `before`: and never run. */
  readonly stuck: "before" | "after" | null;
  /** Ends as failed; `before`: and never run. */
  readonly failure: {
    readonly when: "before" | "after";
    readonly code: string;
    readonly message: string;
  } | null;
  readonly lingerMs: number;
  /** `waiting` for the agent; `running`; `executed`: its answer waits for the agent. */
  phase: "waiting" | "running" | "executed";
  output: { readonly stdout: string; readonly stderr: string } | null;
}

/** A managed Run Command: a resource of its VM. */
export interface ManagedCommandState extends Pick<
  CommandState,
  "operationId" | "script" | "guestTrouble" | "outputBytes" | "extraMs" | "stuck" | "failure"
> {
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly asyncExecution: boolean;
  readonly timeoutSeconds: number;
  readonly createdAt: number;
  provisioning: "Creating" | "Succeeded" | "Failed";
  /** `pending`: it waits for the agent. */
  phase: "pending" | "running" | "ended";
  state: "Pending" | "Running" | "Succeeded" | "Failed" | "TimedOut" | "Canceled";
  message: string;
  output: { readonly stdout: string; readonly stderr: string };
  startedAt: number | null;
  endedAt: number | null;
}

/** A simulated VM. */
export interface VmState {
  readonly name: string;
  readonly note: string;
  readonly vmId: string;
  /** Instant (ms) at which it was made. */
  readonly createdAt: number;
  /** Instant (ms) of Azure's last operation on it. */
  provisionedAt: number;
  readonly os: "Windows" | "Linux";
  readonly size: string;
  tags: Readonly<Record<string, string>>;
  readonly osDisk: { readonly kind: "managed" | "ephemeral" | "unmanaged"; readonly name: string };
  /** Names of its NICs, primary first. */
  nics: readonly string[];
  power: PowerState;
  agentInstalled: boolean;
  agentSurvivesWrongAddress: boolean;
  /** Instant (ms) from which the agent may report after the last boot. */
  agentFrom: number;
  /** Instant (ms) of the agent's last report, or null. */
  agentReportedAt: number | null;
  /** Of a machine that is no Windows; in Windows its guest says so. */
  rdpListening: boolean;
  readonly bootDiagnostics: boolean;
  /** What its serial port printed so far, the last part. */
  serialLog: string;
  /** What stands on its serial console. */
  console: ConsoleState;
  readonly consoleTraits: ConsoleTraits;
  /** Null: not a Windows. */
  guest: GuestState | null;
  /** Names and instants of scheduled tasks which have fired: a one-shot task that stays does not fire twice. */
  readonly firedTasks: Set<string>;
  health: HealthState;
  /** The Run Command which holds the slot. */
  command: CommandState | null;
  /** Managed Run Commands, by name in lower case. */
  readonly managed: Map<string, ManagedCommandState>;
  /** Instant (ms) until which the slot counts as taken all the same. */
  slotBusyUntil: number;
  /** Commands which Azure gave up, but which will run when the VM comes back. */
  undelivered: CommandState[];
}

/** A simulated snapshot. */
export interface SnapshotState {
  readonly name: string;
  readonly resourceGroup: string;
  readonly location: string;
  tags: Readonly<Record<string, string>>;
  readonly sourceResourceId: string;
  readonly createdAt: string;
  readonly uniqueId: string;
  /** Instant (ms) at which it is complete; infinite: never. */
  completeAt: number;
  readonly extra: Readonly<Record<string, unknown>>;
  /** The VM whose disk it is of, or null. */
  readonly vm: string | null;
}

/** A simulated managed disk. */
export interface DiskState {
  readonly name: string;
  readonly uniqueId: string;
  readonly createdAt: string;
  /** Name of the disk encryption set with the customer's key; null: the platform's key. */
  readonly encryptionSet: string | null;
  vm: string | null;
}

/** A rule of a simulated NSG. */
export interface SecurityRuleState {
  readonly name: string;
  readonly priority: number;
  readonly direction: "Inbound" | "Outbound";
  readonly access: "Allow" | "Deny";
  readonly protocol: string;
  readonly source: string;
  readonly destination: string;
  readonly ports: readonly string[];
}

/** A simulated subnet. */
export interface SubnetState {
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly securityGroup: string | null;
}

/** A management lock. */
export interface LockState {
  readonly name: string;
  readonly level: "ReadOnly" | "CanNotDelete";
  readonly notes: string;
  /** Full id of what it locks. */
  readonly scope: string;
}

/** What Azure itself knows about a VM's availability. */
export interface HealthState extends PlatformHealth {
  /** Instant (ms) from which it is so. */
  readonly since: number;
}

/** A private DNS zone with its A records. */
export interface DnsZoneState {
  readonly name: string;
  readonly records: readonly {
    readonly name: string;
    readonly addresses: readonly string[];
    /** Whether Azure keeps it up to date itself. */
    readonly autoRegistered: boolean;
  }[];
}

/** All resources of one simulated subscription; the keys are names in lower case. */
export interface World {
  readonly subscriptionId: string;
  readonly subscriptionName: string;
  /** Whether the printed token has no role there. */
  readonly noRole: boolean;
  readonly tenantId: string;
  readonly location: string;
  readonly resourceGroup: string;
  readonly network: {
    readonly name: string;
    readonly dnsServers: readonly string[];
    readonly subnets: readonly SubnetState[];
  };
  readonly securityGroups: Map<string, { name: string; rules: readonly SecurityRuleState[] }>;
  readonly publicIps: Map<string, { readonly name: string; readonly address: string }>;
  readonly nics: Map<string, NicState>;
  readonly vms: Map<string, VmState>;
  readonly disks: Map<string, DiskState>;
  readonly snapshots: Map<string, SnapshotState>;
  readonly dnsZones: readonly DnsZoneState[];
  readonly serialConsoleDisabled: boolean;
  locks: readonly LockState[];
}

/** The full id of the resource group. */
export function groupId(world: World): string {
  return `/subscriptions/${world.subscriptionId}/resourceGroups/${world.resourceGroup}`;
}

/** The full id of a resource, as Azure spells it; `type` is for example `Microsoft.Compute/disks`. */
export function resourceId(world: World, type: string, name: string): string {
  return `${groupId(world)}/providers/${type}/${name}`;
}

/** The NICs of a VM, primary first. */
export function nicsOf(world: World, vm: VmState): readonly NicState[] {
  return vm.nics
    .map((name) => world.nics.get(name.toLowerCase()))
    .filter((nic) => nic !== undefined);
}

/** The primary IPv4 address of a NIC. */
export function primaryConfiguration(nic: NicState): NicConfiguration | undefined {
  const ipv4 = nic.configurations.filter((configuration) => configuration.version === "IPv4");
  return ipv4.find((configuration) => configuration.primary) ?? ipv4[0];
}
