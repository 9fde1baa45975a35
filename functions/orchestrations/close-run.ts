import type { Task } from "durable-functions";

import type { Outcome } from "../../shared/domain/outcome.ts";
import { awaitBackup } from "./await-backup.ts";
import { ActivityFailedError } from "./call.ts";
import { nowOf } from "./clock.ts";
import { awaitSilence } from "./read-both-sides.ts";
import { callFor, incidentOf, openIncident, scopeOf, type Run } from "./run.ts";

/** A signal's VM answered before anybody visited the guest: its signals are ignored, and no incident is left. */
export function* leaveAsHealthy(run: Run): Generator<Task, { morePending: boolean }, unknown> {
  yield* callFor(run, "ignoreAsHealthy", scopeOf(run));
  return yield* callFor(run, "findPending", { vmId: run.vmId });
}

/**
 * Ends a run: nothing of its own still runs, a needless snapshot is gone, the outcome is on record and published, and
 * the signals which it answers are taken, late ones too.
 */
export function* closeRun(
  run: Run,
  outcome: Outcome,
): Generator<Task, { morePending: boolean }, unknown> {
  yield* openIncident(run);
  if (run.silenceTask !== null) {
    const probe = run.probe;
    yield* awaitSilence(run);
    run.probe = probe;
  }
  yield* settleBackup(run, outcome);
  const final: Outcome = { ...outcome, remarks: run.remarks };
  run.story.close(final);
  const {
    id: _id,
    vmId: _vmId,
    mode: _mode,
    openedAt: _openedAt,
    signalIds: _signalIds,
    ledger: _ledger,
    ...rest
  } = incidentOf(run);
  const patch = { ...rest, outcome: final, closedAt: nowOf(run.context) };
  return yield* callFor(run, "closeIncident", {
    incidentId: run.incidentId,
    patch,
    scope: scopeOf(run),
  });
}

/** A snapshot is kept, and marked as closed, where something was changed or a person goes on; otherwise it is needless. */
function* settleBackup(run: Run, outcome: Outcome): Generator<Task, void, unknown> {
  yield* awaitBackup(run);
  const record = run.backup?.record ?? null;
  if (run.backup === null || record === null) {
    return;
  }
  const keep = run.ledger.length > 0 || outcome.kind === "needsHuman";
  const { incidentId } = run;
  try {
    if (keep) {
      yield* callFor(run, "closeSnapshot", { incidentId, record });
      return;
    }
    yield* callFor(run, "dropSnapshot", { incidentId, record });
    run.backup = { ...run.backup, record: { ...record, state: "deleted" } };
  } catch (error) {
    if (!(error instanceof ActivityFailedError)) {
      throw error;
    }
    const left = keep ? "could not be marked as closed" : "could not be deleted";
    run.remarks = [...run.remarks, `The snapshot ${record.snapshotName} ${left}: ${error.message}`];
  }
}
