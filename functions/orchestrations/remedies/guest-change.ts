import type { Task } from "durable-functions";

import type { PlannedRemedy } from "../../../shared/domain/diagnosis.ts";
import type { GuestAdapter, GuestReading, NicFacts } from "../../../shared/domain/facts.ts";
import type { LedgerEntry, StepName } from "../../../shared/domain/incident.ts";
import type { RemedyConclusion } from "../../../shared/domain/remedy.ts";
import type { ScriptReport } from "../../../shared/proof/script-report.ts";
import { nowOf, secondsFromNow, secondsUntil, sleep } from "../clock.ts";
import { readGuestWithin } from "../read-guest.ts";
import { writeLedger, type Run } from "../run.ts";
import type { ChangingScript } from "./changing-script.ts";
import { endSwitchBeside, readerBeside } from "./switch-beside.ts";
import { sendScript } from "./switch-guest.ts";

/** Readings of a guest whose dead-man's task is armed, over the task's time: each one is a Run Command. */
const READINGS_MEANWHILE = 20;

/** A change inside Windows by one script, and what its answer, or a later reading, means. */
export interface GuestChange<Answer> {
  readonly entry: LedgerEntry;
  readonly step: Extract<StepName, "guestSwitch" | "guestRepair">;
  /** What the step does, for people. */
  readonly detail: string;
  readonly script: ChangingScript<Answer>;
  /** After this instant a late script changes nothing. */
  readonly notAfter: Date;
  /** How long the guest may still change by itself after that: the dead-man's time; zero without one. */
  readonly afterwardsSeconds: number;
  readonly conclude: (report: ScriptReport<Answer>) => RemedyConclusion;
  /** Null: read again later. */
  readonly concludeReading: (reading: GuestReading, expired: boolean) => RemedyConclusion | null;
}

/**
 * Makes a change inside Windows, with its intent in the ledger before and its result after. An unknown result is
 * resolved by reading; until it is known nothing else is tried.
 */
export function* changeGuest<Answer>(
  run: Run,
  change: GuestChange<Answer>,
): Generator<Task, RemedyConclusion, unknown> {
  const { entry, step } = change;
  yield* writeLedger(run, entry);

  run.story.begin(step, change.detail);
  const report = yield* sendScript(run, change.script, change.notAfter);
  let conclusion = change.conclude(report);
  run.story.end(step, conclusion.message, {
    state: hasDone(conclusion) ? "done" : "failed",
  });
  if (conclusion.kind === "unknown") {
    conclusion = yield* resolveByReading(run, conclusion, change);
  }
  yield* endSwitchBeside(run);
  yield* writeLedger(run, closed(entry, conclusion, nowOf(run.context)));
  return conclusion;
}

/** Reads the guest until it shows what the script left, at the latest when it can no longer change by itself. */
function* resolveByReading<Answer>(
  run: Run,
  lost: Extract<RemedyConclusion, { kind: "unknown" }>,
  { notAfter, afterwardsSeconds, concludeReading }: GuestChange<Answer>,
): Generator<Task, RemedyConclusion, unknown> {
  const { context, vmId, settings } = run;
  run.story.begin("resolveSwitch", "the answer is unknown: reading the guest");
  const deadline = secondsFromNow(
    context,
    secondsUntil(context, notAfter) + afterwardsSeconds + settings.guestReadSeconds,
  );
  const pause = Math.max(settings.pollSeconds, settings.deadManSeconds / READINGS_MEANWHILE);
  for (;;) {
    const managed = yield* readerBeside(run, notAfter);
    const reading = yield* readGuestWithin(context, { vmId, settings, managed });
    const expired = secondsUntil(context, notAfter) < 0;
    const conclusion = concludeReading(reading, expired);
    if (conclusion !== null) {
      run.guest = reading;
      run.story.end("resolveSwitch", conclusion.message);
      return conclusion;
    }
    if (secondsUntil(context, deadline) <= pause) {
      run.story.end("resolveSwitch", "the guest could not be read in time", { state: "failed" });
      return { ...lost, code: "switch-unknown" };
    }
    yield* sleep(context, pause);
  }
}

/** The NIC and its adapter that the plan is about. */
export function targetOf(
  run: Run,
  remedy: PlannedRemedy,
): { nic: NicFacts; adapter: GuestAdapter } {
  const nic = run.facts?.nics.find((candidate) => candidate.id === remedy.nicId);
  const adapters = run.guest?.kind === "read" ? run.guest.facts.adapters : [];
  const adapter = adapters.find((candidate) => candidate.mac === nic?.mac);
  if (nic === undefined || adapter === undefined) {
    throw new TypeError(`The plan names a NIC that the facts do not show: ${remedy.nicId}`);
  }
  return { nic, adapter };
}

/** Whether the change was made, and stays. */
export function hasDone(conclusion: RemedyConclusion): boolean {
  return conclusion.kind === "right" || (conclusion.kind === "stale" && conclusion.left === true);
}

function closed(entry: LedgerEntry, conclusion: RemedyConclusion, now: string): LedgerEntry {
  const states = {
    right: "done",
    stale: "untouched",
    untouched: "untouched",
    "other-run": "untouched",
    undone: "undone",
    unknown: "unknown",
  } as const;
  const state = hasDone(conclusion) ? "done" : states[conclusion.kind];
  return { ...entry, closedAt: now, state, result: conclusion.message };
}
