import type { Task } from "durable-functions";

import { outOfScope } from "../../shared/diagnosis/out-of-scope.ts";
import type { Outcome } from "../../shared/domain/outcome.ts";
import type { RunPurpose } from "../../shared/domain/signal.ts";
import { wayBack } from "../../shared/remedies/nic-reset/ledger-entry.ts";
import { readResetRecord } from "../../shared/remedies/nic-reset/reset-record.ts";
import type { UnfinishedReset } from "../activities/catalogue/signals.ts";
import { closeReset, putBack } from "./remedies/nic-reset.ts";
import { attempt, type Reset } from "./remedies/reset-write.ts";
import { mayChange, outcomeOf, type Run } from "./run.ts";

/** What a run is for that has no signals: only what an earlier one left half done. */
export const TO_FINISH: RunPurpose = {
  mode: "heal",
  signalIds: [],
  operator: false,
  readGuest: false,
  console: false,
  pinAddress: false,
  alerted: false,
  nicWrittenAt: null,
  nicId: null,
  nicIds: [],
};

/**
 * Puts NICs back which runs that are gone left in the middle of a reset, before anything else is looked at: until then
 * Azure's address is not the NIC's own. Each is ended in its own incident. Gives an outcome where one could not be put back.
 */
export function* finishResets(
  run: Run,
  unfinished: readonly UnfinishedReset[],
): Generator<Task, Outcome | null, unknown> {
  const obstacle = unfinished.length === 0 ? null : yield* obstacleFor(run);
  let outcome: Outcome | null = null;
  for (const { incidentId, entry } of unfinished) {
    const record = readResetRecord(entry.before);
    if (record !== null) {
      const nic = { id: entry.nicId, name: entry.nicId.slice(entry.nicId.lastIndexOf("/") + 1) };
      // It is ended in the incident that began it.
      const reset = { run: { ...run, incidentId, ledger: [entry] }, nic, entry, record };
      if (obstacle === null) {
        outcome = (yield* finishReset(reset)) ?? outcome;
      } else {
        leave(reset, obstacle);
      }
      run.remarks = reset.run.remarks;
    }
  }
  return outcome;
}

/** Why nothing may be changed, not even what a run of before left; null: it may. */
function* obstacleFor(run: Run): Generator<Task, string | null, unknown> {
  if (!mayChange(run)) {
    return "This run changes nothing.";
  }
  const read = yield* attempt(run, "readAzureFacts", { vmId: run.vmId });
  if (!read.ok || read.value.kind === "not-found") {
    return null;
  }
  const refusal = outOfScope(read.value.facts, { scope: run.settings.scope }, true);
  return refusal?.code === "opted-out" ? refusal.message : null;
}

function leave({ run, nic, record }: Reset, obstacle: string): void {
  const remark = `Incident ${run.incidentId} left the reset of NIC ${nic.name} half done. ${obstacle} ${wayBack(nic.id, record)}`;
  run.remarks = [...run.remarks, remark];
}

function* finishReset(reset: Reset): Generator<Task, Outcome | null, unknown> {
  const { run, nic, record } = reset;
  const back = yield* putBack(reset);
  if (back.kind === "left") {
    const message = `The reset of NIC ${nic.name} that incident ${run.incidentId} left half done could not be finished. ${back.message}`;
    const nextStep = wayBack(nic.id, record);
    yield* closeReset(reset, "unknown", `${message} ${nextStep}`);
    return outcomeOf(run, "needsHuman", { code: "nic-reset-unfinished", message, nextStep });
  }
  const message =
    back.kind === "restored"
      ? `The reset of NIC ${nic.name} that incident ${run.incidentId} left half done was ended: it has ${record.original.address} again.`
      : back.message;
  yield* closeReset(reset, "undone", message);
  run.remarks = [...run.remarks, message];
  return null;
}
