import type { Task } from "durable-functions";

import type { Outcome } from "../../shared/domain/outcome.ts";
import { awaitBackup } from "./await-backup.ts";
import { ActivityFailedError } from "./call.ts";
import { nowOf } from "./clock.ts";
import { awaitSilence } from "./read-both-sides.ts";
import {
  callFor,
  hasChanged,
  incidentOf,
  openIncident,
  scopeOf,
  type BackupResult,
  type Run,
} from "./run.ts";

/** A signal's VM answered before anybody visited the guest: its signals are ignored, and no incident is left. */
export function* leaveAsHealthy(run: Run): Generator<Task, { morePending: boolean }, unknown> {
  yield* callFor(run, "ignoreAsHealthy", scopeOf(run));
  return yield* callFor(run, "findPending", { vmId: run.vmId });
}

/**
 * Ends a run: nothing of its own still runs, a needless snapshot is gone, the outcome is on record and told, and the
 * signals which it answers are taken, late ones too.
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
  const backup = yield* awaitBackup(run);
  if (backup === null || backup.record === null) {
    return;
  }
  const { record } = backup;
  const keep = isUseful(backup) && (hasChanged(run) || outcome.kind === "needsHuman");
  try {
    yield* callFor(run, keep ? "closeSnapshot" : "dropSnapshot", {
      incidentId: run.incidentId,
      record,
    });
  } catch (error) {
    if (!(error instanceof ActivityFailedError)) {
      throw error;
    }
    const left = keep ? "could not be marked as closed" : "could not be deleted";
    run.remarks = [...run.remarks, `The snapshot ${record.snapshotName} ${left}: ${error.message}`];
    return;
  }
  run.backup = keep ? backup : { ...backup, record: { ...record, state: "deleted" } };
}

/** One that only took too long may still become complete; what Azure could not make is of no use to a person either. */
function isUseful(backup: BackupResult): boolean {
  return backup.kind === "complete" || backup.code === "backup-incomplete";
}
