import type { GuestRole } from "../../../shared/domain/facts.ts";
import type { GuestLocale } from "./locales.ts";

/** An IPv4 address with the length of its prefix. */
export interface GuestAddressState {
  readonly ip: string;
  readonly prefixLength: number;
  /** Windows does not choose it as the source of what it sends by itself. @default false */
  readonly skipAsSource?: boolean;
}

/** A simulated Windows' IPv4 adapter, as its registry and CIM describe it. */
export interface GuestAdapterState {
  readonly name: string;
  /** `{…}` in upper case. */
  readonly guid: string;
  readonly index: number;
  /** `AA-BB-CC-DD-EE-FF`. */
  readonly mac: string;
  readonly description: string;
  /** `netvsc` for the hypervisor's network; others are not Azure's. */
  readonly service: string;
  readonly enabled: boolean;
  readonly dhcp: boolean;
  /** Addresses in force, from the lease or static. */
  readonly addresses: readonly GuestAddressState[];
  /** Static addresses in the registry, where they are not the ones in force (a conflict: 169.254/16 is). */
  readonly configured?: readonly GuestAddressState[];
  /** Default gateways in force. */
  readonly gateways: readonly string[];
  readonly staticDnsServers: readonly string[];
  /** DNS servers of the lease; absent without one. */
  readonly leasedDnsServers?: readonly string[];
}

/** An adapter whose device is gone: Windows shows it nowhere, and remembers its name and its static configuration. */
export interface GhostAdapterState {
  readonly name: string;
  readonly description: string;
  readonly guid: string;
  /** Of its driver. @default "netvsc" */
  readonly service?: string;
  readonly index: number;
  readonly dhcp: boolean;
  /** Static addresses in the registry; none with DHCP. */
  readonly addresses: readonly GuestAddressState[];
  readonly gateways: readonly string[];
  readonly staticDnsServers: readonly string[];
}

/** Windows' side of Remote Desktop. */
export interface GuestRdpState {
  /** The service TermService. */
  readonly service: {
    readonly state: "running" | "stopped";
    readonly startMode: "automatic" | "manual" | "disabled";
  };
  /** Whether connections are denied, and by what. */
  readonly denied: "no" | "setting" | "policy";
  readonly port: number;
  /** Whether its listener comes up while the service runs and connections are allowed. */
  readonly listener: boolean;
}

/** One inbound rule of Windows' firewall. */
export interface GuestFirewallRule {
  readonly name: string;
  readonly action: "Allow" | "Block";
  readonly enabled: boolean;
  /** `Any`, a port, or a range such as `3000-4000`; TCP. */
  readonly port: string;
  /** The program that it is for. @default any */
  readonly program?: string | undefined;
}

/** Windows' firewall, as far as it matters to inbound TCP. */
export interface GuestFirewallState {
  /** The profile in force. */
  readonly profile: "Domain" | "Private" | "Public";
  /** Whether it is on, in that profile. */
  readonly enabled: boolean;
  /** Whether it lets nothing in, whatever the rules say. */
  readonly blocksAll: boolean;
  readonly rules: readonly GuestFirewallRule[];
}

/** A scheduled task of this program in the simulated Windows. */
export interface GuestTaskState {
  readonly name: string;
  /** When it fires, ISO 8601 UTC. */
  readonly fireAt: string;
  /** The script which it runs; of ours, the two lines which say what it is and with which values. */
  readonly script: string;
}

/** Everything that a simulated Windows is, as data: two equal states behave equally. */
export interface GuestState {
  readonly computerName: string;
  /** Display language of what its commands print. @default "en-US" */
  readonly locale?: GuestLocale;
  readonly bootedAt: string;
  readonly dhcpService: {
    readonly state: "running" | "stopped";
    readonly startMode: "automatic" | "manual" | "disabled";
    /** The service cannot be started, whatever its start mode. @default false */
    readonly broken?: boolean;
  };
  /** @default as Windows with Remote Desktop switched on */
  readonly rdp?: GuestRdpState;
  /** @default on, with the rule that lets Remote Desktop in */
  readonly firewall?: GuestFirewallState;
  readonly roles: readonly GuestRole[];
  /** Default routes that survive a restart, beside those of the lease. */
  readonly persistentRoutes: readonly {
    readonly interfaceIndex: number;
    readonly nextHop: string;
  }[];
  readonly adapters: readonly GuestAdapterState[];
  /** Oldest first. */
  readonly ghosts: readonly GhostAdapterState[];
  readonly tasks: readonly GuestTaskState[];
  /** Whether scheduled tasks can be registered. */
  readonly taskRegistration: boolean;
  /** Whether scripts run elevated, as Run Command's do. */
  readonly elevated: boolean;
}

/** What a DHCP server gives an adapter. */
export interface GuestLease {
  readonly ip: string;
  readonly prefixLength: number;
  /** Null: the lease names none, as on a secondary NIC. */
  readonly gateway: string | null;
  readonly dnsServers: readonly string[];
}

/**
 * What fails inside Windows: netsh's switch to DHCP; its setting of static addresses, on the way back too; its adding of
 * further ones; the marks on sources; the removal of a task; an adapter that stays off, or on; a service that stays
 * running; the renewal of a lease.
 */
export type GuestFault =
  | "switch"
  | "restore"
  | "add"
  | "sources"
  | "unregister"
  | "enable"
  | "disable"
  | "stop"
  | "renew"
  | "removeDevice";

/** What surrounds a simulated Windows while something runs in it. */
export interface GuestWorld {
  /** ISO 8601 UTC. */
  readonly now: string;
  /** By MAC address, `AA-BB-CC-DD-EE-FF`; null or missing: no lease comes. */
  readonly leases: Readonly<Record<string, GuestLease | null>>;
  /**
   * The script is killed once the task is armed, once the first change is made (netsh's; enabling; renewing), or at the
   * first sight of a lease that netsh's switch brought.
   */
  readonly killAfter?: "armed" | "switched" | "leased";
  /** What fails inside Windows. */
  readonly faults?: readonly GuestFault[];
}

/** What a run of a script gave, and what it left behind. */
export interface ScriptRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly state: GuestState;
  /** Guest seconds which it took. */
  readonly seconds: number;
}
