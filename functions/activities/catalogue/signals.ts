import type { LedgerEntry } from "../../../shared/domain/incident.ts";
import type {
  IgnoredReason,
  IndirectTarget,
  RunPurpose,
  RunScope,
} from "../../../shared/domain/signal.ts";
import type { Settings } from "../../../shared/settings.ts";

/** The settings that a run keeps to, fixed when it starts so that a replay sees the same ones. */
export type RunSettings = Pick<
  Settings,
  | "mode"
  | "allowed"
  | "scope"
  | "settleSeconds"
  | "guestReadSeconds"
  | "guestSwitchSeconds"
  | "deadManSeconds"
  | "secondProbeSeconds"
  | "pollSeconds"
  | "snapshotTimeoutSeconds"
  | "snapshotDays"
  | "retrySeconds"
  | "unreadSilenceSeconds"
  | "unreadUptimeSeconds"
  | "restartWaitSeconds"
> & {
  readonly probeCount: number;
  readonly probeWindowSeconds: number;
  /** Whether a login for command prompts at the serial console is configured. */
  readonly consoleLogin: boolean;
};

/** A NIC reset that a run which is gone left half done. */
export interface UnfinishedReset {
  readonly incidentId: string;
  readonly entry: LedgerEntry;
}

/** What a run is to do. */
export interface RunOrders {
  /** Null: there are no signals, only something to finish. */
  readonly purpose: RunPurpose | null;
  readonly settings: RunSettings;
  /** Left out: nothing. */
  readonly unfinished?: readonly UnfinishedReset[];
}

/** Whose NIC, address or name a target is. */
export type TargetOwner =
  /** `nicId`: the NIC that has the address; null where the signal names its NIC itself, or a whole VM. */
  | { readonly kind: "found"; readonly vmId: string; readonly nicId: string | null }
  /** Not exactly one VM's, or Azure does not tell and never will. */
  | { readonly kind: "none"; readonly reason: IgnoredReason; readonly message: string };

/** From signals to runs. */
export interface SignalActivities {
  readonly lookForSignals: {
    readonly input: { readonly vmId: string };
    readonly output: RunOrders | null;
  };
  readonly ignoreAsHealthy: { readonly input: RunScope; readonly output: null };
  readonly findPending: {
    readonly input: { readonly vmId: string };
    readonly output: { readonly morePending: boolean };
  };
  readonly findVm: {
    readonly input: { readonly target: IndirectTarget };
    readonly output: TargetOwner;
  };
  readonly handSignalsOn: {
    readonly input: { readonly target: IndirectTarget; readonly owner: TargetOwner };
    /** How many there were. */
    readonly output: { readonly count: number };
  };
  readonly probeTurns: {
    /** The minute whose turns it is, and the VM (lower case) after which to go on; null: from the first one. */
    readonly input: { readonly minute: number; readonly after: string | null };
    readonly output: {
      /** VMs for which a signal was raised. */
      readonly raised: readonly string[];
      /** Where to go on; null: all of that minute were probed. */
      readonly after: string | null;
      /** 0: probe rounds are off. */
      readonly roundMinutes: number;
    };
  };
  readonly startRun: { readonly input: { readonly vmId: string }; readonly output: null };
}
