import type { Task } from "durable-functions";

import { isFault } from "../../shared/diagnosis/is-fault.ts";
import { manualSteps } from "../../shared/diagnosis/manual-steps.ts";
import type { Plan, PlannedRemedy } from "../../shared/domain/diagnosis.ts";
import type { AzureFacts } from "../../shared/domain/facts.ts";
import type { Outcome } from "../../shared/domain/outcome.ts";
import type { RemedyConclusion } from "../../shared/domain/remedy.ts";
import { awaitBackup } from "./await-backup.ts";
import { decide } from "./decide.ts";
import { healNic } from "./heal-nic.ts";
import { prove } from "./prove.ts";
import { readBothSidesAgain, startBackup } from "./read-both-sides.ts";
import { tellOfGhosts } from "./remedies/ghost-adapters.ts";
import { callFor, callOr, outcomeOf, type Run } from "./run.ts";

/** Does what the plan says, and gives the outcome. No change is made before the backup is complete. */
export function* healByPlan(run: Run, plan: Plan): Generator<Task, Outcome, unknown> {
  if (plan.kind !== "remedies") {
    return withoutChange(run, plan);
  }
  const blocked = yield* backUp(run);
  if (blocked !== null) {
    return blocked;
  }
  const outcome = yield* applyRemedies(run, plan.remedies);
  yield* tellOfGhostsAfterReset(run, outcome);
  return outcome;
}

/** Not before the proof: nobody's heal waits for it. */
function* tellOfGhostsAfterReset(run: Run, { kind }: Outcome): Generator<Task, void, unknown> {
  const reset = run.ledger.some(({ remedy, state }) => remedy === "nicReset" && state === "done");
  if (kind === "healed" && reset) {
    run.remarks = [...run.remarks, ...(yield* tellOfGhosts(run))];
  }
}

/** The outcome of a plan that changes nothing. */
function withoutChange(run: Run, plan: Exclude<Plan, { kind: "remedies" }>): Outcome {
  switch (plan.kind) {
    case "nothing":
      return outcomeOf(run, "healthy", plan);
    case "refuse":
      return outcomeOf(run, "refused", plan);
    case "human":
      return outcomeOf(run, "needsHuman", plan);
    default:
      return plan satisfies never;
  }
}

/** Completes the backup, and makes sure that no other run of this program holds the VM. Gives an outcome if it may not go on. */
export function* backUp(run: Run): Generator<Task, Outcome | null, unknown> {
  startBackup(run);
  const backup = yield* awaitBackup(run);
  if (backup === null || run.facts === null) {
    throw new TypeError("A heal was planned before its backup could be started.");
  }
  if (backup.kind === "incomplete" && backup.code === "snapshot-locked") {
    return outcomeOf(run, "refused", { ...backup, code: "read-only-lock" });
  }
  if (backup.kind === "incomplete") {
    return outcomeOf(run, "needsHuman", { ...backup, code: "backup-incomplete" });
  }
  const other = yield* callFor(run, "findOtherRun", {
    facts: run.facts,
    incidentId: run.incidentId,
  });
  if (other === null) {
    return null;
  }
  return outcomeOf(run, "refused", {
    code: "other-run",
    message: `Another run of this program holds the VM: incident ${other.incidentId}, snapshot ${other.snapshotName}.`,
    nextStep: "Wait until that run has ended, or an hour has passed; then ask again.",
  });
}

/**
 * Applies the remedies, NIC by NIC; the last good one is proven. Facts that drifted are read and planned anew, once:
 * `healedBefore` is what was healed before that, null the first time.
 */
function* applyRemedies(
  run: Run,
  remedies: readonly PlannedRemedy[],
  healedBefore: readonly string[] | null = null,
): Generator<Task, Outcome, unknown> {
  const messages = [...(healedBefore ?? [])];
  const nicIds = new Set(remedies.map(({ nicId }) => nicId));
  for (const nicId of nicIds) {
    const ofNic = remedies.filter((remedy) => remedy.nicId === nicId);
    const conclusion = yield* healNic(run, ofNic);
    if (healedBefore === null && (yield* isOutOfDate(run, nicId, conclusion))) {
      const left = conclusion.kind === "stale" && conclusion.left === true;
      return yield* readAndPlanAgain(run, left ? [...messages, conclusion.message] : messages);
    }
    if (conclusion.kind !== "right") {
      return notHealed(run, conclusion, messages);
    }
    run.remarks = [...run.remarks, ...conclusion.remarks];
    messages.push(conclusion.message);
  }
  return yield* prove(run, messages.join(" "));
}

/** What a script says of a lease that is not the address which Azure had when it was asked. */
const WRONG_LEASE = new Set(["lease-wrong-restored", "lease-wrong"]);

/** Whether the facts that a switch went by are not true any more. A lease of another address may be Azure's new one. */
function* isOutOfDate(
  run: Run,
  nicId: string,
  conclusion: RemedyConclusion,
): Generator<Task, boolean, unknown> {
  if (conclusion.kind === "right" || !WRONG_LEASE.has(conclusion.code)) {
    return conclusion.kind === "stale";
  }
  // Without an answer it stays what it is: put back.
  const now = yield* callOr(run, "readAzureFacts", { vmId: run.vmId }, ({ message }) => ({
    kind: "not-found",
    message,
  }));
  return now.kind === "found" && addressesOf(now.facts, nicId) !== addressesOf(run.facts, nicId);
}

function addressesOf(facts: AzureFacts | null, nicId: string): string {
  const nic = facts?.nics.find(({ id }) => id === nicId);
  return (nic?.ipConfigurations ?? []).map(({ address }) => address ?? "none").join(" ");
}

function* readAndPlanAgain(
  run: Run,
  healedBefore: readonly string[],
): Generator<Task, Outcome, unknown> {
  const outside = yield* readBothSidesAgain(run);
  if (outside !== null) {
    return unlessHealedBefore(run, outside, healedBefore);
  }
  const plan = yield* decide(run);
  if (plan.kind === "remedies") {
    return yield* applyRemedies(run, plan.remedies, healedBefore);
  }
  return plan.kind === "nothing" && healedBefore.length > 0
    ? yield* prove(run, healedBefore.join(" "))
    : unlessHealedBefore(run, withoutChange(run, plan), healedBefore);
}

/** An outcome that says "nothing was changed" is not true once another NIC was healed: a person has to look. */
function unlessHealedBefore(run: Run, outcome: Outcome, healedBefore: readonly string[]): Outcome {
  return healedBefore.length === 0
    ? outcome
    : outcomeOf(run, "needsHuman", {
        ...outcome,
        message: [...healedBefore, outcome.message].join(" "),
      });
}

function notHealed(
  run: Run,
  conclusion: Exclude<RemedyConclusion, { kind: "right" }>,
  healedBefore: readonly string[],
): Outcome {
  const message = [...healedBefore, conclusion.message].join(" ");
  const says = { code: conclusion.code, message, nextStep: nextStepsOf(run) };
  switch (conclusion.kind) {
    case "undone":
      return outcomeOf(run, healedBefore.length === 0 ? "rolledBack" : "needsHuman", says);
    case "other-run":
      return outcomeOf(run, healedBefore.length === 0 ? "refused" : "needsHuman", says);
    case "unknown":
    case "untouched":
    case "stale":
      return outcomeOf(run, "needsHuman", says);
    default:
      return conclusion satisfies never;
  }
}

function nextStepsOf(run: Run): string {
  const { facts, diagnoses } = run;
  const fault = diagnoses.find((diagnosis) => isFault([diagnosis]));
  return facts === null || fault === undefined ? "" : manualSteps(fault, facts);
}
