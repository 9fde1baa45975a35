import type { Task } from "durable-functions";

import type { WholeNic } from "../../../shared/azure/network-interfaces.ts";
import type { RollbackStep } from "../../../shared/diagnosis/roll-back.ts";
import type { LedgerEntry } from "../../../shared/domain/incident.ts";
import type { RestoreConclusion } from "../../../shared/proof/conclude-restore.ts";
import {
  allocationsOf,
  withAllocations,
  type Allocation,
} from "../../../shared/remedies/pin-address/allocation.ts";
import { allocationLedgerEntry } from "../../../shared/remedies/pin-address/ledger-entry.ts";
import { nowOf } from "../clock.ts";
import { callOr, writeLedger, type Run } from "../run.ts";
import { isUpSince } from "../settle.ts";
import { orFailure, whyNotRestart } from "./may-restart.ts";
import { writeNic } from "./write-nic.ts";

type AllocationStep = Extract<RollbackStep, { kind: "allocation" }>;

/**
 * Gives a NIC its allocation methods back. Nobody has confirmed that an address which becomes Dynamic stays the same: if it
 * does not, the NIC gets it back as a Static one, and a person is told.
 */
export function* restoreAllocation(
  run: Run,
  { nic: { id: nicId }, allocations, message }: AllocationStep,
): Generator<Task, RestoreConclusion, unknown> {
  const { nic } = yield* callOr(run, "pinAddressRead", { nicId }, () => ({ nic: null }));
  if (nic === null || addressesOf(allocationsOf(nic)) !== addressesOf(allocations)) {
    const changed = "The NIC is gone, or its addresses were changed a moment ago.";
    return { kind: "untouched", code: "rollback-drifted", message: changed };
  }
  const refused = yield* whyNotRestart(run, nicId);
  if (refused !== null) {
    return { ...refused, kind: "untouched" };
  }
  const openedAt = nowOf(run.context);
  const { incidentId } = run;
  const entry = allocationLedgerEntry({ incidentId, nicId, nic, intent: message, openedAt });
  yield* writeLedger(run, entry);
  const conclusion = yield* change(run, { nicId, before: nic, allocations });
  yield* writeLedger(run, closed(entry, conclusion, nowOf(run.context)));
  if (conclusion.kind !== "untouched") {
    yield* orFailure(isUpSince(run, openedAt));
  }
  return conclusion;
}

interface Change {
  readonly nicId: string;
  readonly before: WholeNic;
  readonly allocations: readonly Allocation[];
}

function* change(
  run: Run,
  { nicId, before, allocations }: Change,
): Generator<Task, RestoreConclusion, unknown> {
  const wanted = withAllocations(before, allocations);
  const write = yield* writeNic(run, { nicId, before, wanted });
  if (write.kind === "written") {
    const message = "The NIC has its allocation back in Azure, and its addresses.";
    return { kind: "restored", code: "allocation-restored", message };
  }
  if (write.kind === "refused") {
    return { ...write, kind: "untouched" };
  }
  return yield* keepAddress(run, { nicId, before, allocations }, write);
}

/** Where only the address came out otherwise, it is given back, Static as it was. */
function* keepAddress(
  run: Run,
  { nicId, before }: Change,
  lost: { readonly code: string; readonly message: string },
): Generator<Task, RestoreConclusion, unknown> {
  const { nic } = yield* callOr(run, "pinAddressRead", { nicId }, () => ({ nic: null }));
  const moved =
    nic !== null && addressesOf(allocationsOf(nic)) !== addressesOf(allocationsOf(before));
  if (!moved || nic.provisioningState !== "Succeeded") {
    return { ...lost, kind: "unknown" };
  }
  const wanted = withAllocations(nic, allocationsOf(before));
  const write = yield* writeNic(run, { nicId, before: nic, wanted });
  const other = addressesOf(allocationsOf(nic));
  return write.kind === "written"
    ? {
        kind: "undone",
        code: "address-not-kept",
        message: `Azure gave ${other} once the address was Dynamic. It was set back, and stays Static.`,
      }
    : {
        kind: "unknown",
        code: "address-not-kept",
        message: `Azure gave ${other} once the address was Dynamic, and it could not be set back: ${write.message}`,
      };
}

function addressesOf(allocations: readonly Allocation[]): string {
  return allocations
    .map(({ name, address }) => `${name} ${address}`)
    .toSorted()
    .join(", ");
}

function closed(entry: LedgerEntry, conclusion: RestoreConclusion, now: string): LedgerEntry {
  const states = {
    restored: "done",
    untouched: "untouched",
    undone: "undone",
    unknown: "unknown",
  } as const;
  return { ...entry, closedAt: now, state: states[conclusion.kind], result: conclusion.message };
}
