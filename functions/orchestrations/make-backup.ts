import type { OrchestrationContext, Task } from "durable-functions";

import { plannedSnapshot } from "../../shared/backup/planned-snapshot.ts";
import type { AzureFacts } from "../../shared/domain/facts.ts";
import type { BackupRecord } from "../../shared/domain/incident.ts";
import type { RunSettings } from "../activities/catalogue/signals.ts";
import { ActivityFailedError, call } from "./call.ts";
import { secondsFromNow, secondsUntil, sleep, waitOr } from "./clock.ts";
import type { BackupResult } from "./run.ts";

/** What the backup needs to know. */
export interface BackupQuestion {
  readonly facts: AzureFacts;
  readonly incidentId: string;
  readonly openedAt: string;
  readonly settings: RunSettings;
}

/** Takes the snapshot of the OS disk and waits until it is complete. Never throws: what cannot be made is `incomplete`. */
export function* makeBackup(
  context: OrchestrationContext,
  question: BackupQuestion,
): Generator<Task, BackupResult, unknown> {
  let record: BackupRecord | null = null;
  try {
    const deadline = secondsFromNow(context, question.settings.snapshotTimeoutSeconds);
    const patience = { retrySeconds: question.settings.retrySeconds, until: deadline };
    const { facts, incidentId, openedAt } = question;
    let step = yield* call(context, "startSnapshot", { facts, incidentId, openedAt }, patience);
    while (step.kind === "running") {
      record = step.record;
      const wait = waitOr(step.retryAfterSeconds, question.settings.pollSeconds);
      if (secondsUntil(context, deadline) <= wait) {
        return incomplete(record, question.settings.snapshotTimeoutSeconds);
      }
      yield* sleep(context, wait);
      const { operation } = step;
      step = yield* call(context, "pollSnapshot", { record, operation }, patience);
    }
    return step.kind === "complete" ? step : { ...step, kind: "incomplete", record };
  } catch (error) {
    if (error instanceof ActivityFailedError) {
      // A start whose answers were all lost may have made the snapshot: whoever ends the run has to look for it.
      return { kind: "incomplete", record: record ?? planned(question), ...error.failure };
    }
    throw error;
  }
}

function planned({ facts, incidentId, openedAt, settings }: BackupQuestion): BackupRecord | null {
  return plannedSnapshot({ facts, incidentId, now: openedAt, days: settings.snapshotDays });
}

function incomplete(record: BackupRecord, seconds: number): BackupResult {
  return {
    kind: "incomplete",
    record,
    code: "backup-incomplete",
    message: `The snapshot ${record.snapshotName} was not complete after ${seconds} s. Nothing was changed.`,
    nextStep: "Look at the snapshot in Azure; when it is complete, ask for the heal again.",
  };
}
