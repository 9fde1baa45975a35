import type { SnapshotStep } from "../../shared/backup/snapshot.ts";
import type {
  AzureFacts,
  ConsoleReading,
  GuestAdapter,
  NicFacts,
  Probe,
} from "../../shared/domain/facts.ts";
import type { BackupRecord, Incident, LedgerEntry } from "../../shared/domain/incident.ts";
import type {
  IgnoredReason,
  IndirectTarget,
  RunPurpose,
  RunScope,
} from "../../shared/domain/signal.ts";
import type { GuestReadPoll } from "../../shared/facts/guest-facts.ts";
import type { Hindrances } from "../../shared/facts/hindrances.ts";
import type { ProbeAnswer } from "../../shared/facts/probe.ts";
import type { IncidentPatch } from "../../shared/incidents/store.ts";
import type { GuestSwitchPoll } from "../../shared/remedies/guest-dhcp/switch-to-dhcp.ts";
import type { AddressOrder } from "../../shared/remedies/serial-console/address-order.ts";
import type { AddressSet } from "../../shared/remedies/serial-console/set-address.ts";
import type { Settings } from "../../shared/settings.ts";

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
> & { readonly probeCount: number; readonly probeWindowSeconds: number };

/** A guest script that was handed to Azure. */
export type ScriptStart =
  | { readonly kind: "started"; readonly operation: string }
  | { readonly kind: "busy"; readonly message: string }
  | { readonly kind: "unavailable"; readonly code: string; readonly message: string };

/** The same of the switch; `maybeSent`: it may have reached Windows although it was not started. */
export type SwitchStart =
  | Extract<ScriptStart, { kind: "started" }>
  | (Exclude<ScriptStart, { kind: "started" }> & { readonly maybeSent: boolean });

/** What the guest switch is asked to do. */
export interface SwitchRequest {
  readonly vmId: string;
  readonly incidentId: string;
  /** The intent in the ledger; it says whether an earlier try may have reached Windows. */
  readonly ledgerEntryId: string;
  readonly nic: NicFacts;
  readonly adapter: GuestAdapter;
  /** After this instant a late script changes nothing, ISO 8601 UTC. */
  readonly notAfter: string;
}

/** Whose NIC, address or name a target is. */
export type TargetOwner =
  /** `nicId`: the NIC that has the address; null where the signal names its NIC itself, or a whole VM. */
  | { readonly kind: "found"; readonly vmId: string; readonly nicId: string | null }
  /** Not exactly one VM's, or Azure does not tell and never will. */
  | { readonly kind: "none"; readonly reason: IgnoredReason; readonly message: string };

/** Every activity by name, with what goes in and what comes out: the one list for callers, registration and tests. */
export interface ActivityCatalogue {
  readonly lookForSignals: {
    readonly input: { readonly vmId: string };
    readonly output: { readonly purpose: RunPurpose; readonly settings: RunSettings } | null;
  };
  readonly readVmState: {
    readonly input: { readonly vmId: string };
    readonly output: {
      readonly running: boolean;
      /** It runs, and its agent is ready. */
      readonly up: boolean;
      readonly agentReportedAt: string | null;
    };
  };
  readonly readAzureFacts: {
    readonly input: { readonly vmId: string };
    readonly output:
      | { readonly kind: "found"; readonly facts: AzureFacts }
      | { readonly kind: "not-found"; readonly message: string };
  };
  readonly readSubnets: {
    readonly input: { readonly facts: AzureFacts };
    readonly output: AzureFacts;
  };
  readonly readHindrances: {
    readonly input: { readonly facts: AzureFacts };
    readonly output: Hindrances;
  };
  readonly probe: {
    readonly input: { readonly facts: AzureFacts; readonly nicId: string | null };
    readonly output: ProbeAnswer;
  };
  readonly explainSilence: {
    readonly input: {
      readonly facts: AzureFacts;
      readonly nicId: string | null;
      readonly address: string | null;
    };
    readonly output: Probe;
  };
  readonly ignoreAsHealthy: { readonly input: RunScope; readonly output: null };
  readonly openIncident: {
    readonly input: { readonly incident: Incident; readonly scope: RunScope };
    readonly output: null;
  };
  readonly saveIncident: {
    readonly input: { readonly incidentId: string; readonly patch: IncidentPatch };
    readonly output: null;
  };
  readonly writeLedger: {
    readonly input: { readonly incidentId: string; readonly entry: LedgerEntry };
    readonly output: null;
  };
  readonly startGuestRead: {
    readonly input: { readonly vmId: string };
    readonly output: ScriptStart;
  };
  readonly pollGuestRead: {
    readonly input: { readonly vmId: string; readonly operation: string };
    readonly output: GuestReadPoll;
  };
  readonly readConsole: {
    readonly input: { readonly facts: AzureFacts };
    readonly output: ConsoleReading;
  };
  readonly setConsoleAddress: {
    readonly input: { readonly vmId: string; readonly order: AddressOrder };
    readonly output: AddressSet;
  };
  readonly startSnapshot: {
    readonly input: {
      readonly facts: AzureFacts;
      readonly incidentId: string;
      readonly openedAt: string;
    };
    readonly output: SnapshotStep;
  };
  readonly pollSnapshot: {
    readonly input: { readonly record: BackupRecord; readonly operation: string };
    readonly output: SnapshotStep;
  };
  readonly findOtherRun: {
    readonly input: { readonly facts: AzureFacts; readonly incidentId: string };
    readonly output: { readonly incidentId: string; readonly snapshotName: string } | null;
  };
  readonly dropSnapshot: {
    readonly input: { readonly incidentId: string; readonly record: BackupRecord };
    readonly output: null;
  };
  readonly closeSnapshot: {
    readonly input: { readonly incidentId: string; readonly record: BackupRecord };
    readonly output: null;
  };
  readonly startGuestSwitch: { readonly input: SwitchRequest; readonly output: SwitchStart };
  readonly pollGuestSwitch: {
    readonly input: { readonly vmId: string; readonly operation: string };
    readonly output: GuestSwitchPoll;
  };
  readonly closeIncident: {
    readonly input: {
      readonly incidentId: string;
      readonly patch: IncidentPatch;
      readonly scope: RunScope;
    };
    /** Whether signals are left which this run does not answer. */
    readonly output: { readonly morePending: boolean };
  };
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

export type ActivityName = keyof ActivityCatalogue;

/** Writes a line of constant text with its values to the log of the host. */
export type Tell = (text: string, fields: object) => void;

/** A failure as data, since error classes do not cross the activity boundary. */
export interface ActivityFailure {
  readonly code: string;
  readonly message: string;
  readonly nextStep: string;
  readonly retryable: boolean;
  /** What Azure asked for; null if it did not. */
  readonly retryAfterSeconds: number | null;
}

/** What an activity gives back to the engine. */
export type ActivityAnswer<Output> =
  | { readonly ok: true; readonly value: Output }
  | { readonly ok: false; readonly failure: ActivityFailure };
