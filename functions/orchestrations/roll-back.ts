import type { Task } from "durable-functions";

import { diagnose } from "../../shared/diagnosis/diagnose.ts";
import {
  decideRollback,
  type RollbackDecision,
  type RollbackStep,
} from "../../shared/diagnosis/roll-back.ts";
import type { LedgerEntry } from "../../shared/domain/incident.ts";
import type { Outcome } from "../../shared/domain/outcome.ts";
import type { RestoreConclusion } from "../../shared/proof/conclude-restore.ts";
import { probeUntilSure } from "./confirm-silence.ts";
import { backUp } from "./heal-by-plan.ts";
import { checkHindrances, readAzure } from "./read-azure.ts";
import { firstProbe } from "./read-both-sides.ts";
import { readGuestWithin } from "./read-guest.ts";
import { restoreAllocation } from "./remedies/restore-allocation.ts";
import { restoreStatic } from "./remedies/restore-static.ts";
import { callFor, callOr, mayChange, openIncident, outcomeOf, type Run } from "./run.ts";

type RollbackSteps = readonly RollbackStep[];

/**
 * Takes an incident's changes back, while that is still safe: a run of its own, with its own incident, backup, ledger and
 * proof. Everything is read anew; what is not as the heal left it, or would cut the VM off, is refused.
 */
export function* rollBack(run: Run, rollbackOf: string): Generator<Task, Outcome, unknown> {
  const { vmId, incidentId } = run;
  const asked = { vmId, incidentId: rollbackOf, ownIncidentId: incidentId };
  const found = yield* callFor(run, "findRollback", asked);
  if (found.kind === "refused") {
    return outcomeOf(run, "refused", found);
  }
  const azure = yield* readAzure(run);
  if (azure.kind === "ended") {
    return azure.outcome;
  }
  yield* firstProbe(run, azure.facts);
  yield* openIncident(run);
  const hindered = yield* checkHindrances(run);
  if (hindered !== null) {
    return hindered;
  }
  const decision = yield* decide(run, found.entries);
  if (decision.kind === "refused") {
    return outcomeOf(run, "refused", decision);
  }
  const held = holdBack(run, decision) ?? (yield* backUp(run));
  const { entries } = found;
  return held ?? (yield* takeBack(run, rollbackOf, { entries, steps: decision.steps }));
}

/** Reads Windows, and decides. */
function* decide(
  run: Run,
  entries: readonly LedgerEntry[],
): Generator<Task, RollbackDecision, unknown> {
  const { facts, vmId, settings, incidentId } = run;
  if (facts === null) {
    throw new TypeError("A rollback was to be decided before the Azure facts were read.");
  }
  run.story.begin("guestRead", "read-only script over Run Command");
  const guest = yield* readGuestWithin(run.context, { vmId, settings });
  const isRead = guest.kind === "read";
  const says = isRead ? "Windows could be read" : guest.message;
  run.story.end("guestRead", says, { state: isRead ? "done" : "failed" });
  run.guest = guest;
  run.diagnoses = diagnose(facts, guest);
  yield* callFor(run, "saveIncident", {
    incidentId,
    patch: { azureFacts: facts, guest, diagnoses: run.diagnoses, steps: run.story.steps },
  });
  return decideRollback({ azure: facts, guest, entries, incidentId });
}

function holdBack(run: Run, { message }: { readonly message: string }): Outcome | null {
  if (mayChange(run)) {
    return null;
  }
  return run.purpose.mode === "dryRun"
    ? outcomeOf(run, "refused", {
        code: "rollback-dry-run",
        message: `Dry run: nothing was changed. ${message}`,
        nextStep: "Ask for the rollback without dry run.",
      })
    : outcomeOf(run, "refused", {
        code: "observe",
        message: `The mode is observe: nothing was changed. ${message}`,
        nextStep: "Set REMEDIATOR_MODE to heal.",
      });
}

/** Takes back one change after the other, the newest first; each may restart the VM, so everything is read again between two. */
function* takeBack(
  run: Run,
  rollbackOf: string,
  { entries, steps }: { readonly entries: readonly LedgerEntry[]; readonly steps: RollbackSteps },
): Generator<Task, Outcome, unknown> {
  const messages: string[] = [];
  let rest = entries;
  let next = steps[0];
  while (next !== undefined) {
    const { entryId, message } = next;
    const conclusion = yield* apply(run, next);
    if (conclusion.kind !== "restored") {
      return notTakenBack(run, conclusion, messages);
    }
    messages.push(message);
    rest = rest.slice(rest.findIndex(({ id }) => id === entryId) + 1);
    const decision = rest.length === 0 ? null : yield* decideAgain(run, rest);
    if (decision?.kind === "refused" && decision.code !== "nothing-to-roll-back") {
      return notTakenBack(run, { ...decision, kind: "untouched" }, messages);
    }
    next = decision?.kind === "steps" ? decision.steps[0] : undefined;
  }
  return yield* proveBack(run, `Incident ${rollbackOf} was taken back. ${messages.join(" ")}`);
}

function* apply(run: Run, step: RollbackStep): Generator<Task, RestoreConclusion, unknown> {
  run.story.begin("rollBack", step.message);
  const conclusion =
    step.kind === "static" ? yield* restoreStatic(run, step) : yield* restoreAllocation(run, step);
  const state = conclusion.kind === "restored" ? "done" : "failed";
  run.story.end("rollBack", conclusion.message, { state });
  return conclusion;
}

function* decideAgain(
  run: Run,
  rest: readonly LedgerEntry[],
): Generator<Task, RollbackDecision, unknown> {
  const read = yield* callFor(run, "readAzureFacts", { vmId: run.vmId });
  if (read.kind === "not-found") {
    const nextStep = "Nothing: what the heal changed is gone with the VM.";
    return { kind: "refused", code: "vm-not-found", message: read.message, nextStep };
  }
  run.facts = yield* callFor(run, "readSubnets", { facts: read.facts });
  return yield* decide(run, rest);
}

function notTakenBack(
  run: Run,
  { kind, code, message }: RestoreConclusion,
  done: readonly string[],
): Outcome {
  const says = { code, message: [...done, message].join(" "), nextStep: undoOf(run) };
  return kind === "untouched" && done.length === 0
    ? outcomeOf(run, "refused", says)
    : outcomeOf(run, "needsHuman", says);
}

/** How to put back by hand what this run changed, or may have. */
function undoOf({ ledger }: Run): string {
  return ledger
    .filter(({ state }) => state === "done" || state === "unknown")
    .map(({ intent, undo }) => `${intent} To put that back: ${undo}`)
    .join("\n");
}

/** Proves over RDP that the VM is still reachable; the MAC address may be another one by now. */
function* proveBack(run: Run, message: string): Generator<Task, Outcome, unknown> {
  const read = yield* callOr(run, "readAzureFacts", { vmId: run.vmId }, (failure) => ({
    kind: "not-found",
    message: failure.message,
  }));
  const facts = read.kind === "found" ? read.facts : run.facts;
  if (facts === null) {
    throw new TypeError("A rollback was to be proven before the Azure facts were read.");
  }
  run.story.begin("proof", "RDP negotiation");
  const { settings } = run;
  const question = { facts, nicId: null, settings, unanswered: null };
  const probe = yield* probeUntilSure(run.context, question);
  run.probe = probe;
  run.story.end("proof", probe.detail, { state: probe.kind === "silent" ? "failed" : "done" });
  if (probe.kind === "silent") {
    return outcomeOf(run, "needsHuman", {
      code: "rollback-rdp-silent",
      message: `${message} RDP does not answer: ${probe.detail}`,
      nextStep: undoOf(run),
    });
  }
  if (probe.kind === "unknown") {
    run.remarks = [...run.remarks, `RDP was not proven from here: ${probe.detail}`];
  }
  return outcomeOf(run, "rolledBack", { code: "rollback", message, nextStep: "" });
}
