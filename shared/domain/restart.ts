import type { PlatformFacts } from "./facts.ts";

/** One entry of Azure's Activity Log, without its caller: what was done to a resource, and when. */
export interface ActivityRecord {
  /** In lower case, for example `microsoft.network/networkinterfaces/write`. */
  readonly operation: string;
  /** ISO 8601 UTC. */
  readonly at: string;
  /** Whether this program's own identity did it; other tools may use the same one. */
  readonly own: boolean;
}

/** A VM that was found silent. */
export interface VmSilence {
  /** Lower case. */
  readonly vmId: string;
  /** Its first unanswered probe, ISO 8601 UTC. */
  readonly since: string;
}

/** What decides whether a VM may be restarted now; ages are those at the reading. */
export interface RestartFacts {
  /** VMs that fell silent at about the same time as this one, itself included. */
  readonly silentTogether: number;
  /** When somebody else wrote the NIC in the last hour, ISO 8601 UTC, oldest first. Null: Azure did not tell. */
  readonly writesByOthers: readonly string[] | null;
  /** Why Azure did not tell; empty where it did. */
  readonly notTold: string;
  /** What matters only where Windows was not read; null where it was. */
  readonly unread: UnreadFacts | null;
}

/** What stands in for the facts of a guest that nobody could read. */
export interface UnreadFacts {
  /** Since its first unanswered probe, of this run or of the probe rounds. */
  readonly silentSeconds: number;
  /** Since the newest sign of a start. Null: Azure did not tell. */
  readonly upSeconds: number | null;
  /** That sign, for people. */
  readonly lastStart: string;
  /** Null: Azure did not tell. */
  readonly platform: PlatformFacts | null;
}

/** One of the few restarts that a subscription may have at a time and in an hour. */
export type RestartSlot =
  /** The incident has it, from now on or since before. */
  | { readonly kind: "taken" }
  /** Another incident's restart is under way. */
  | { readonly kind: "busy"; readonly incidentId: string }
  /** The hour's restarts are used up. */
  | { readonly kind: "used-up" };
