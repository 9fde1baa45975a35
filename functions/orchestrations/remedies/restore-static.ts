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
import { call } from "../call.ts";
import { nowOf, secondsFromNow, secondsUntil, sleep } from "../clock.ts";
import { readGuestWithin } from "../read-guest.ts";
import { runScript, type ScriptCalls } from "../run-script.ts";
import { writeLedger, type Run } from "../run.ts";

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
  const calls: ScriptCalls<RestoreAnswer> = {
    start: (patience) => call(context, "startRestore", request, patience),
    poll: (operation, patience) => call(context, "pollRestore", { vmId, operation }, patience),
  };
  const end = yield* runScript(run, calls, settings.guestSwitchSeconds);
  const expected = { ...target, incidentId };
  let conclusion = end.kind === "answered" ? concludeRestore(end.answer, expected) : null;
  if (conclusion === null || conclusion.kind === "unknown") {
    conclusion = yield* resolveByReading(run, request, deadline);
  }
  yield* writeLedger(run, closed(entry, conclusion, nowOf(context)));
  return conclusion;
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
