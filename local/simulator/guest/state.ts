import type { GuestRole } from "../../../shared/domain/facts.ts";

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
  readonly addresses: readonly { readonly ip: string; readonly prefixLength: number }[];
  /** Default gateways in force. */
  readonly gateways: readonly string[];
  readonly staticDnsServers: readonly string[];
}

/** A scheduled task of this program in the simulated Windows. */
export interface GuestTaskState {
  readonly name: string;
  /** When it fires, ISO 8601 UTC. */
  readonly fireAt: string;
  /** The script which it runs. */
  readonly script: string;
}

/** Everything that a simulated Windows is, as data: two equal states behave equally. */
export interface GuestState {
  readonly computerName: string;
  readonly bootedAt: string;
  readonly dhcpService: {
    readonly state: "running" | "stopped";
    readonly startMode: "automatic" | "manual" | "disabled";
  };
  readonly roles: readonly GuestRole[];
  /** Default routes that survive a restart, beside those of the lease. */
  readonly persistentRoutes: readonly {
    readonly interfaceIndex: number;
    readonly nextHop: string;
  }[];
  readonly adapters: readonly GuestAdapterState[];
  readonly tasks: readonly GuestTaskState[];
  /** Whether scheduled tasks can be registered. */
  readonly taskRegistration: boolean;
  /** Whether scripts run elevated, as Run Command's do. */
  readonly elevated: boolean;
}
