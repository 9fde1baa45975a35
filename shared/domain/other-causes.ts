/** What one profile of Windows' firewall, in force now, does with the RDP port. */
export interface FirewallProfileFacts {
  readonly profile: string;
  /** `blocks-all`: it lets nothing in, whatever its rules say. */
  readonly verdict: "off" | "allows" | "blocks" | "blocks-all";
  /** Name of the rule that decides; null: none does. */
  readonly rule: string | null;
}

/** A network device that Windows remembers although it is gone: greyed in Device Manager. */
export interface GhostAdapter {
  /** Instance id, for example `VMBUS\{…}\{…}`. */
  readonly id: string;
  readonly name: string;
  /** Service of its driver: `netvsc` is the hypervisor's own network. */
  readonly service: string;
}

/** The ghosts that were named, and how many there are. */
export interface GhostList {
  readonly count: number;
  readonly ghosts: readonly GhostAdapter[];
}

/** What Windows says of Remote Desktop; null where it did not say. */
export interface RemoteDesktopFacts {
  /** The service TermService. */
  readonly service: {
    readonly state: "running" | "stopped" | "other" | "missing";
    readonly startMode: "automatic" | "manual" | "disabled" | "other";
  };
  /** Whether fDenyTSConnections denies connections, and who set it. */
  readonly denied: "no" | "setting" | "policy" | null;
  readonly port: number | null;
  /** Whether something listens on that port. */
  readonly listening: boolean | null;
  readonly firewall: readonly FirewallProfileFacts[] | null;
  readonly ghosts: GhostList | null;
  /** Why something is null, in Windows' words. */
  readonly detail: string | null;
}

/** What looking further in Windows gave, where RDP is silent although the address is right. */
export type FurtherLook =
  | { readonly kind: "looked"; readonly facts: RemoteDesktopFacts; readonly probedPort: number }
  | { readonly kind: "unavailable"; readonly code: string; readonly message: string };
