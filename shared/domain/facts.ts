import type { ResetImpact } from "./reset-impact.ts";

/** What Azure Resource Manager says of one address of a NIC. */
export interface IpConfigurationFacts {
  readonly name: string;
  readonly primary: boolean;
  readonly version: "IPv4" | "IPv6";
  /** Null while Azure has assigned none. */
  readonly address: string | null;
  readonly allocation: "Static" | "Dynamic";
  readonly subnetId: string | null;
  readonly publicIpId: string | null;
}

/** What Azure says of the subnet of a NIC's primary IP configuration. */
export interface SubnetFacts {
  readonly id: string;
  /** All IPv4 prefixes in CIDR notation. */
  readonly prefixes: readonly string[];
  readonly networkSecurityGroupId: string | null;
  /** NICs which have an address in it, lower case; the same NIC once, and of many the first few. */
  readonly nicIds: readonly string[];
}

/** What Azure Resource Manager says of one NIC. */
export interface NicFacts {
  readonly id: string;
  readonly name: string;
  readonly primary: boolean;
  /** `AA-BB-CC-DD-EE-FF`; null while the VM is off. */
  readonly mac: string | null;
  readonly ipForwarding: boolean;
  readonly networkSecurityGroupId: string | null;
  readonly ipConfigurations: readonly IpConfigurationFacts[];
  /** Ids of what sends traffic to it: pools and inbound NAT rules of load balancers, pools of application gateways. */
  readonly pools: readonly string[];
  /** Null until it was read. */
  readonly subnet: SubnetFacts | null;
}

export type PowerState =
  | "running"
  | "starting"
  | "stopping"
  | "stopped"
  | "deallocating"
  | "deallocated"
  | "unknown";

export type OsDiskFacts =
  | { readonly kind: "managed"; readonly id: string }
  | { readonly kind: "ephemeral" }
  | { readonly kind: "unmanaged" };

/** What Azure Resource Manager says of the VM. */
export interface VmFacts {
  /** As Azure spells it. */
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly osType: "Windows" | "Linux" | "unknown";
  readonly powerState: PowerState;
  readonly agentReady: boolean;
  /** When the agent last reported, ISO 8601 UTC. */
  readonly agentReportedAt: string | null;
  readonly osDisk: OsDiskFacts;
  readonly tags: Readonly<Record<string, string>>;
  readonly inScaleSet: boolean;
  /** Whether boot diagnostics are on, which the serial console needs. */
  readonly bootDiagnostics: boolean;
  /** When it was made, ISO 8601 UTC; null if Azure does not say. */
  readonly createdAt: string | null;
  /** When Azure last made, started or changed it, ISO 8601 UTC; null if Azure does not say. */
  readonly provisionedAt: string | null;
}

/** A management lock on something that a heal writes or acts on, or on what that lies in. */
export interface LockFacts {
  readonly name: string;
  /** `ReadOnly` forbids every write and action, `CanNotDelete` only that something is deleted. */
  readonly level: "ReadOnly" | "CanNotDelete";
  /** Full id of the subscription, resource group or resource that it is on, as Azure spells it. */
  readonly scope: string;
}

/** What Azure says of its own platform under the VM (Resource Health). */
export interface PlatformFacts {
  readonly state: "Available" | "Unavailable" | "Degraded" | "Unknown";
  /** Whether somebody's own act explains the state, such as a stop or a restart. */
  readonly userInitiated: boolean;
  /** Azure's own sentences; empty if it gave none. */
  readonly summary: string;
  /** Since when, ISO 8601; null if Azure does not say. */
  readonly since: string | null;
}

/** Both sides' Azure half, read together. */
export interface AzureFacts {
  /** When the reading began, ISO 8601 UTC. */
  readonly readAt: string;
  readonly vm: VmFacts;
  /** Primary first. */
  readonly nics: readonly NicFacts[];
  /** Those that apply to the VM, its OS disk or its NICs. Null: not asked yet, or Azure did not tell. */
  readonly locks: readonly LockFacts[] | null;
  /** Null: not asked yet, or Azure did not tell. */
  readonly platform: PlatformFacts | null;
  /** Of the NIC that a plan would reset. Left out: no reset was planned. */
  readonly resetImpact?: ResetImpact;
}

export interface GuestAddress {
  readonly ip: string;
  readonly prefixLength: number;
}

/** What Windows says of one adapter of the hypervisor's network (service `netvsc`). */
export interface GuestAdapter {
  /** Interface alias, as Windows spells it. */
  readonly name: string;
  /** `{…}` in upper case. */
  readonly guid: string;
  /** `AA-BB-CC-DD-EE-FF`. */
  readonly mac: string;
  readonly enabled: boolean;
  /** Null if Windows did not say. */
  readonly dhcp: boolean | null;
  /** IPv4 only, 169.254/16 included. */
  readonly addresses: readonly GuestAddress[];
  readonly gateways: readonly string[];
  readonly staticDnsServers: readonly string[];
  /** Digest of the configuration: the switch refuses when it changed since. */
  readonly fingerprint: string;
}

export type GuestRole = "domainController" | "clusterNode";

/** What Windows says. */
export interface GuestFacts {
  /** By the guest's clock, ISO 8601 UTC. */
  readonly readAt: string;
  readonly bootedAt: string | null;
  readonly computerName: string;
  readonly dhcpService: {
    readonly state: "running" | "stopped" | "other" | "missing";
    readonly startMode: "automatic" | "manual" | "disabled" | "other";
  };
  /** Null: Windows did not say, so the VM counts as left alone for anything that restarts. */
  readonly roles: readonly GuestRole[] | null;
  /** Incident ids of this program's scheduled tasks which are still there. */
  readonly deadManTasks: readonly string[];
  readonly adapters: readonly GuestAdapter[];
}

/** What reading the guest gave; `unreadable` is an answer too. */
export type GuestReading =
  | {
      readonly kind: "read";
      readonly facts: GuestFacts;
      readonly netshText: string | null;
      /** Left out: over the VM's one Run Command, or at its console. */
      readonly over?: "managedRunCommand";
    }
  | {
      readonly kind: "unreadable";
      readonly code: string;
      readonly message: string;
      /** What the serial console showed all the same. Left out: nobody looked there. */
      readonly console?: ConsoleReading;
    };

/** One IPv4 address that Windows' serial console (SAC) lists; it knows no MAC address, name or DHCP. */
export interface ConsoleAddress {
  /** Windows' number of the interface. */
  readonly network: number;
  readonly ip: string;
  /** `255.255.255.0` */
  readonly mask: string;
  readonly gateway: string | null;
}

/** What looking at the serial console gave. */
export type ConsoleReading =
  | {
      readonly kind: "listed";
      readonly addresses: readonly ConsoleAddress[];
      /** All of Windows' interface numbers, also those without an IPv4 address. */
      readonly networks: readonly number[];
    }
  | { readonly kind: "unavailable"; readonly code: string; readonly message: string };

/** The verdict of the probe: an RDP negotiation from where the program runs. */
export type Probe =
  | { readonly kind: "answers"; readonly address: string; readonly detail: string }
  | { readonly kind: "silent"; readonly address: string; readonly detail: string }
  | {
      readonly kind: "unknown";
      readonly code: "no-route" | "nsg" | "no-control" | "no-address" | "not-probed";
      readonly detail: string;
      /** The security rule that surely denies the probe. Left out: none does, or nobody can tell. */
      readonly deniedBy?: string;
    };
