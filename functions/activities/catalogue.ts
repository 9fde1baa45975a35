import type { AzureActivities } from "./catalogue/azure.ts";
import type { BackupActivities } from "./catalogue/backup.ts";
import type { CleanActivities } from "./catalogue/clean.ts";
import type { ConsoleActivities } from "./catalogue/console.ts";
import type { EvidenceActivities } from "./catalogue/evidence.ts";
import type { FurtherActivities } from "./catalogue/further.ts";
import type { GuestRepairActivities } from "./catalogue/guest-repair.ts";
import type { GuestActivities } from "./catalogue/guest.ts";
import type { IncidentActivities } from "./catalogue/incidents.ts";
import type { NicResetActivities } from "./catalogue/nic-reset.ts";
import type { PinAddressActivities } from "./catalogue/pin-address.ts";
import type { RestartActivities } from "./catalogue/restarts.ts";
import type { RollbackActivities } from "./catalogue/rollback.ts";
import type { SignalActivities } from "./catalogue/signals.ts";
import type { TellingActivities } from "./catalogue/telling.ts";

/** Every activity by name, with what goes in and what comes out: the one list for callers, registration and tests. */
export interface ActivityCatalogue
  extends
    SignalActivities,
    AzureActivities,
    GuestActivities,
    GuestRepairActivities,
    FurtherActivities,
    ConsoleActivities,
    NicResetActivities,
    BackupActivities,
    EvidenceActivities,
    PinAddressActivities,
    RollbackActivities,
    CleanActivities,
    RestartActivities,
    TellingActivities,
    IncidentActivities {}

export type ActivityName = keyof ActivityCatalogue;

/** To which incident a call belongs, and how often it was tried with this one; calls before there is an incident have none. */
export interface Belonging {
  readonly incidentId: string;
  /** From 1. */
  readonly attempt: number;
}

/** Writes an event of the catalogue to the log of the host. */
export type { Tell } from "../telemetry/log.ts";

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
