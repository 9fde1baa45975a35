import type { Task } from "durable-functions";

import type { NicFacts } from "../../../shared/domain/facts.ts";
import type { LedgerEntry } from "../../../shared/domain/incident.ts";
import type { NicStanding } from "../../../shared/remedies/nic-reset/nic-standing.ts";
import {
  isSameTarget,
  withWrite,
  type ResetRecord,
  type ResetTarget,
} from "../../../shared/remedies/nic-reset/reset-record.ts";
import type { NicWriteStart } from "../../../shared/remedies/nic-reset/write-nic.ts";
import type {
  ActivityAnswer,
  ActivityCatalogue,
  ActivityFailure,
  ActivityName,
} from "../../activities/catalogue.ts";
import type { ResetKey, StandingReading } from "../../activities/catalogue/nic-reset.ts";
import { ActivityFailedError } from "../call.ts";
import { secondsFromNow, secondsUntil, sleep, waitOr } from "../clock.ts";
import { callFor, writeLedger, type Run } from "../run.ts";

/** A reset under way; its record is in the ledger before each write. */
export interface Reset {
  readonly run: Run;
  readonly nic: Pick<NicFacts, "id" | "name">;
  entry: LedgerEntry;
  record: ResetRecord;
}

type Trouble = Pick<ActivityFailure, "code" | "message">;

/** How a write ended. */
export type WriteEnd =
  /** The NIC has its target. */
  | { readonly kind: "written"; readonly standing: NicStanding }
  /** Nothing was written: the address is somebody's, somebody changed the NIC, or Azure said no. */
  | ({ readonly kind: "taken" | "changed" | "refused" } & Trouble)
  /** The NIC does not have its target, or cannot be read; a look at it tells more later. */
  | ({ readonly kind: "trouble"; readonly standing: NicStanding | null } & Trouble);

/** Why nothing was written; what Azure refused has its own code. */
const CODES = { taken: "address-taken", changed: "nic-changed-meanwhile" } as const;

/** Calls an activity; a failure for good is an answer too. */
export function* attempt<Name extends ActivityName>(
  run: Run,
  name: Name,
  input: ActivityCatalogue[Name]["input"],
): Generator<Task, ActivityAnswer<ActivityCatalogue[Name]["output"]>, unknown> {
  try {
    return { ok: true, value: yield* callFor(run, name, input) };
  } catch (error) {
    if (error instanceof ActivityFailedError) {
      return { ok: false, failure: error.failure };
    }
    throw error;
  }
}

/** The ledger entry by which activities find the reset. */
export function keyOf({ run, entry }: Reset): ResetKey {
  return { incidentId: run.incidentId, ledgerEntryId: entry.id };
}

/** Puts one write on record, makes it, and waits until Azure is done with it. What Azure says is believed only of the NIC. */
export function* writeAndSettle(
  reset: Reset,
  target: ResetTarget,
): Generator<Task, WriteEnd, unknown> {
  yield* intend(reset, target);
  const started = yield* attempt(reset.run, "writeNic", { ...keyOf(reset), target });
  let trouble: Trouble | null = null;
  if (!started.ok) {
    trouble = started.failure;
  } else if (started.value.kind === "started") {
    trouble = yield* follow(reset, started.value);
  } else if (started.value.kind !== "already") {
    return yield* unlessWritten(reset, target, started.value);
  }
  return endOf(target, yield* settledStanding(reset), trouble);
}

/** An earlier try whose answer was lost may be what stands in the way of this one. */
function* unlessWritten(
  reset: Reset,
  target: ResetTarget,
  refused: Extract<NicWriteStart, { readonly kind: "taken" | "changed" | "refused" }>,
): Generator<Task, WriteEnd, unknown> {
  const now = endOf(target, yield* settledStanding(reset), null);
  if (now.kind === "written") {
    return now;
  }
  return refused.kind === "refused" ? refused : { code: CODES[refused.kind], ...refused };
}

/** Reads how the NIC stands, once Azure is no longer at work on it; at most the settle time is waited for that. */
export function* settledStanding(
  reset: Reset,
): Generator<Task, ActivityAnswer<StandingReading>, unknown> {
  const { context, settings } = reset.run;
  const deadline = secondsFromNow(context, settings.settleSeconds);
  for (;;) {
    const reading = yield* attempt(reset.run, "readNicStanding", keyOf(reset));
    const updating =
      reading.ok && reading.value.kind === "read" && reading.value.standing.state === "updating";
    if (!updating || secondsUntil(context, deadline) <= settings.pollSeconds) {
      return reading;
    }
    yield* sleep(context, settings.pollSeconds);
  }
}

/** The ledger names each write before it is made; one that is made again is not named twice. */
function* intend(reset: Reset, target: ResetTarget): Generator<Task, void, unknown> {
  const last = reset.record.written.at(-1);
  if (last === undefined || !isSameTarget(last, target)) {
    reset.record = withWrite(reset.record, target);
    reset.entry = { ...reset.entry, before: reset.record };
    yield* writeLedger(reset.run, reset.entry);
  }
}

/** Waits for a write's operation; gives what Azure says of a failed one. One that never ends is left to the NIC itself. */
function* follow(
  { run, nic }: Reset,
  started: { readonly operation: string; readonly retryAfterSeconds: number | null },
): Generator<Task, Trouble | null, unknown> {
  const { context, settings } = run;
  const deadline = secondsFromNow(context, settings.settleSeconds);
  let retryAfterSeconds = started.retryAfterSeconds;
  for (;;) {
    const wait = waitOr(retryAfterSeconds, settings.pollSeconds);
    yield* sleep(context, wait);
    const poll = yield* attempt(run, "pollNicWrite", {
      nicId: nic.id,
      operation: started.operation,
    });
    if (!poll.ok) {
      return poll.failure;
    }
    if (poll.value.kind !== "running") {
      return poll.value.kind === "failed" ? poll.value : null;
    }
    retryAfterSeconds = poll.value.retryAfterSeconds;
    if (secondsUntil(context, deadline) <= wait) {
      return {
        code: "nic-write-timeout",
        message: `Azure was not done with NIC ${nic.name} after ${settings.settleSeconds} s.`,
      };
    }
  }
}

function endOf(
  target: ResetTarget,
  reading: ActivityAnswer<StandingReading>,
  trouble: Trouble | null,
): WriteEnd {
  if (!reading.ok) {
    const { code, message } = trouble ?? reading.failure;
    return { kind: "trouble", standing: null, code, message };
  }
  if (reading.value.kind === "gone") {
    return { kind: "changed", code: "nic-gone", message: "The NIC does not exist any more." };
  }
  const { standing } = reading.value;
  const { address, allocation, state } = standing;
  if (state === "settled" && address !== null && isThere(target, { address, allocation })) {
    return { kind: "written", standing };
  }
  const message = `The NIC has ${address ?? "no address"} (${allocation}, ${state}) after the write of ${target.address} (${target.allocation}).`;
  const { code, message: said } = trouble ?? { code: "nic-not-written", message };
  return { kind: "trouble", standing, code, message: said };
}

/** Azure chooses the address where it is to be Dynamic: another one is an answer, not a failure. */
function isThere(target: ResetTarget, now: ResetTarget): boolean {
  return (
    isSameTarget(target, now) || (target.allocation === "Dynamic" && now.allocation === "Dynamic")
  );
}
