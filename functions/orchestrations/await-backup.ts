import type { Task } from "durable-functions";

import { callFor, type BackupResult, type Run } from "./run.ts";
import { resultOf } from "./sub-stories.ts";

/** Waits for the backup, if one was started, and records it. */
export function* awaitBackup(run: Run): Generator<Task, BackupResult | null, unknown> {
  if (run.backup === null && run.backupTask !== null) {
    const { result: backup, endedAt } = yield* resultOf("makeBackup", run.backupTask);
    run.backup = backup;
    const complete = backup.kind === "complete";
    const says = complete ? `snapshot ${backup.record.snapshotName} is complete` : backup.message;
    run.story.end("backup", says, { state: complete ? "done" : "failed", at: endedAt });
    yield* callFor(run, "saveIncident", {
      incidentId: run.incidentId,
      patch: { backup: backup.record, steps: run.story.steps },
    });
  }
  return run.backup;
}
