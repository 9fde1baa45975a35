import type { OperationPoll } from "../../../shared/azure/operations.ts";
import type { ResetQuestion, ResetStart } from "../../../shared/remedies/nic-reset/begin-reset.ts";
import type { NicStanding } from "../../../shared/remedies/nic-reset/nic-standing.ts";
import type { ResetTarget } from "../../../shared/remedies/nic-reset/reset-record.ts";
import type { NicWriteStart } from "../../../shared/remedies/nic-reset/write-nic.ts";

/** The ledger entry of a reset; without one no NIC is written. */
export interface ResetKey {
  readonly incidentId: string;
  readonly ledgerEntryId: string;
}

/** How a NIC is found in the middle of its reset. */
export type StandingReading =
  | { readonly kind: "read"; readonly standing: NicStanding }
  /** The NIC does not exist any more. */
  | { readonly kind: "gone" };

/** The reset of a NIC. */
export interface NicResetActivities {
  readonly beginReset: { readonly input: ResetQuestion; readonly output: ResetStart };
  readonly findSwapAddresses: {
    readonly input: ResetKey;
    readonly output: { readonly addresses: readonly string[] };
  };
  readonly writeNic: {
    readonly input: ResetKey & { readonly target: ResetTarget };
    readonly output: NicWriteStart;
  };
  readonly pollNicWrite: {
    readonly input: { readonly nicId: string; readonly operation: string };
    readonly output: Exclude<OperationPoll, { kind: "succeeded" }> | { readonly kind: "succeeded" };
  };
  readonly readNicStanding: { readonly input: ResetKey; readonly output: StandingReading };
}
