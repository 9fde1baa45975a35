import type { Task } from "durable-functions";

import type { LedgerEntry } from "../../../shared/domain/incident.ts";
import type { RestoreAnswer } from "../../../shared/guest/restore-envelope.ts";
import {
  concludeRestore,
  concludeRestoreReading,
  type RestoreConclusion,
} from "../../../shared/proof/conclude-restore.ts";
import { restoreLedgerEntry } from "../../../shared/remedies/restore-static/ledger-entry.ts";
import type {
  RestoreRequest,
  StaticTarget,
} from "../../../shared/remedies/restore-static/restore-static.ts";
import { nowOf, secondsFromNow, secondsUntil, sleep, waitOr } from "../clock.ts";
import { readGuestWithin } from "../read-guest.ts";
import { callOr, writeLedger, type Run } from "../run.ts";

/** Readings of a guest whose dead-man's task is armed, over the task's time: each one is a Run Command. */
const READINGS_MEANWHILE = 20;

const STATES = {
  restored: "done",
  untouched: "untouched",
  undone: "undone",
  unknown: "unknown",
} as const;

/**
 * Gives an adapter its static configuration back, with the intent in the ledger before and the result after. Whatever is
 * not answered is resolved by reading Windows.
 */
export function* restoreStatic(
  run: Run,
  target: StaticTarget,
): Generator<Task, RestoreConclusion, unknown> {
  const { context, incidentId, settings, vmId } = run;
  const deadline = secondsFromNow(context, settings.guestSwitchSeconds);
  const entry = restoreLedgerEntry(incidentId, target, nowOf(context));
  yield* writeLedger(run, entry);
  const request = { ...target, vmId, incidentId, notAfter: deadline.toISOString() };
  const answer = yield* send(run, request, deadline);
  const expected = { ...target, incidentId };
  let conclusion = answer === null ? null : concludeRestore(answer, expected);
  if (conclusion === null || conclusion.kind === "unknown") {
    conclusion = yield* resolveByReading(run, request, deadline);
  }
  yield* writeLedger(run, closed(entry, conclusion, nowOf(context)));
  return conclusion;
}

/** The script's answer; null: it may be anywhere on its way. */
function* send(
  run: Run,
  request: RestoreRequest,
  deadline: Date,
): Generator<Task, RestoreAnswer | null, unknown> {
  for (;;) {
    const start = yield* callOr(run, "startRestore", request, ({ code, message }) => ({
      kind: "unavailable",
      code,
      message,
    }));
    if (start.kind === "started") {
      return yield* follow(run, start.operation, deadline);
    }
    if (
      start.kind === "unavailable" ||
      secondsUntil(run.context, deadline) <= run.settings.pollSeconds
    ) {
      return null;
    }
    yield* sleep(run.context, run.settings.pollSeconds);
  }
}

function* follow(
  run: Run,
  operation: string,
  deadline: Date,
): Generator<Task, RestoreAnswer | null, unknown> {
  const { context, settings, vmId } = run;
  for (;;) {
    const poll = yield* callOr(run, "pollRestore", { vmId, operation }, ({ code, message }) => ({
      kind: "failed",
      code,
      message,
    }));
    if (poll.kind !== "running") {
      return poll.kind === "finished" ? poll.answer : null;
    }
    const wait = waitOr(poll.retryAfterSeconds, settings.pollSeconds);
    if (secondsUntil(context, deadline) <= wait) {
      return null;
    }
    yield* sleep(context, wait);
  }
}

/** Reads Windows until it shows what the script left, at the latest when the dead-man's time has passed. */
function* resolveByReading(
  run: Run,
  request: RestoreRequest,
  notAfter: Date,
): Generator<Task, RestoreConclusion, unknown> {
  const { context, vmId, settings } = run;
  const left = secondsUntil(context, notAfter);
  const deadline = secondsFromNow(
    context,
    left + settings.deadManSeconds + settings.guestReadSeconds,
  );
  const pause = Math.max(settings.pollSeconds, settings.deadManSeconds / READINGS_MEANWHILE);
  for (;;) {
    const reading = yield* readGuestWithin(context, { vmId, settings });
    const expired = secondsUntil(context, notAfter) < 0;
    const conclusion = concludeRestoreReading(reading, request, expired);
    if (conclusion !== null) {
      return conclusion;
    }
    if (secondsUntil(context, deadline) <= pause) {
      const message = "What became of the static configuration could not be read in time.";
      return { kind: "unknown", code: "restore-unknown", message };
    }
    yield* sleep(context, pause);
  }
}

function closed(entry: LedgerEntry, conclusion: RestoreConclusion, now: string): LedgerEntry {
  return { ...entry, closedAt: now, state: STATES[conclusion.kind], result: conclusion.message };
}
