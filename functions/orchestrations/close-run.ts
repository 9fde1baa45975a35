import type { Task } from "durable-functions";

import { leftSnapshotRemark } from "../../shared/backup/left-snapshot.ts";
import type { BackupRecord } from "../../shared/domain/incident.ts";
import type { Outcome } from "../../shared/domain/outcome.ts";
import type { ActivityFailure } from "../activities/catalogue.ts";
import { awaitBackup } from "./await-backup.ts";
import { ActivityFailedError } from "./call.ts";
import { nowOf } from "./clock.ts";
import { callsPerson, handOver } from "./hand-over.ts";
import { awaitBootLook, startBootLook } from "./look-at-boot.ts";
import { awaitSilence } from "./read-both-sides.ts";
import { endSwitchBeside } from "./remedies/switch-beside.ts";
import {
  callFor,
  callOr,
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
    const { probe, silentSince } = run;
    yield* awaitSilence(run);
    run.probe = probe;
    run.silentSince = silentSince;
  }
  if (run.managedSwitch === "ended") {
    yield* endSwitchBeside(run);
  }
  if (callsPerson(outcome)) {
    startBootLook(run);
  }
  yield* awaitBootLook(run);
  yield* settleBackup(run, outcome);
  const handOff = yield* handOver(run, outcome);
  const final: Outcome = { ...outcome, remarks: run.remarks, ...(handOff && { handOff }) };
  run.story.close(final);
  return yield* putOnRecord(run, final);
}

/** The outcome on record, and then told to those who listen. */
function* putOnRecord(
  run: Run,
  outcome: Outcome,
): Generator<Task, { morePending: boolean }, unknown> {
  const {
    id: incidentId,
    vmId: _vmId,
    mode: _mode,
    openedAt: _openedAt,
    signalIds: _signalIds,
    ledger: _ledger,
    ...rest
  } = incidentOf(run);
  const { morePending, tell = false } = yield* callFor(run, "closeIncident", {
    incidentId,
    patch: { ...rest, outcome, closedAt: nowOf(run.context) },
    scope: scopeOf(run),
  });
  if (tell) {
    // Trouble here is not the run's: the cleaner looks for ends that nobody was told of.
    yield* callOr(run, "startTelling", { incidentId }, () => null);
  }
  return { morePending };
}

/** A snapshot is kept, and marked as closed, where something was changed or a person goes on; otherwise it is needless. */
function* settleBackup(run: Run, outcome: Outcome): Generator<Task, void, unknown> {
  const backup = yield* awaitBackup(run);
  if (backup === null || backup.record === null) {
    return;
  }
  const { record } = backup;
  const keep = isUseful(backup) && (hasChanged(run) || outcome.kind === "needsHuman");
  const remark = keep ? yield* closeKept(run, record) : yield* dropNeedless(run, record);
  if (remark !== null) {
    run.remarks = [...run.remarks, remark];
  } else if (!keep) {
    run.backup = { ...backup, record: { ...record, state: "deleted" } };
  }
}

function* closeKept(run: Run, record: BackupRecord): Generator<Task, string | null, unknown> {
  const trouble = yield* failureOf(run, "closeSnapshot", record);
  return trouble === null
    ? null
    : `The snapshot ${record.snapshotName} could not be marked as closed: ${trouble.message}`;
}

/** One that Azure does not let go is closed instead: it must not hold the VM against later runs. */
function* dropNeedless(run: Run, record: BackupRecord): Generator<Task, string | null, unknown> {
  const trouble = yield* failureOf(run, "dropSnapshot", record);
  if (trouble === null) {
    return null;
  }
  const closing = yield* failureOf(run, "closeSnapshot", record);
  return leftSnapshotRemark(record, trouble, { locks: run.facts?.locks ?? null, closing });
}

/** Ends a snapshot one way or the other; gives what kept Azure from it, null if nothing did. */
function* failureOf(
  run: Run,
  activity: "dropSnapshot" | "closeSnapshot",
  record: BackupRecord,
): Generator<Task, ActivityFailure | null, unknown> {
  try {
    yield* callFor(run, activity, { incidentId: run.incidentId, record });
    return null;
  } catch (error) {
    if (error instanceof ActivityFailedError) {
      return error.failure;
    }
    throw error;
  }
}

/** One that only took too long may still become complete; what Azure could not make is of no use to a person either. */
function isUseful(backup: BackupResult): boolean {
  return backup.kind === "complete" || backup.code === "backup-incomplete";
}
