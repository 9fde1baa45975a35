import type { Task } from "durable-functions";

import { isFault } from "../../shared/diagnosis/is-fault.ts";
import { manualSteps } from "../../shared/diagnosis/manual-steps.ts";
import type { Plan, PlannedRemedy } from "../../shared/domain/diagnosis.ts";
import type { Outcome } from "../../shared/domain/outcome.ts";
import type { SwitchConclusion } from "../../shared/proof/conclude-switch.ts";
import { awaitBackup } from "./await-backup.ts";
import { planNow } from "./decide.ts";
import { healGuestDhcp } from "./heal-guest-dhcp.ts";
import { prove } from "./prove.ts";
import { startBackup } from "./read-both-sides.ts";
import { readGuestWithin } from "./read-guest.ts";
import { callFor, outcomeOf, type Run } from "./run.ts";

/** Does what the plan says, and gives the outcome. No change is made before the backup is complete. */
export function* healByPlan(run: Run, plan: Plan): Generator<Task, Outcome, unknown> {
  if (plan.kind !== "remedies") {
    return withoutChange(run, plan);
  }
  const blocked = yield* backUp(run);
  if (blocked !== null) {
    return blocked;
  }
  return yield* applyRemedies(run, plan.remedies, "first reading");
}

/** The outcome of a plan that changes nothing. */
function withoutChange(run: Run, plan: Exclude<Plan, { kind: "remedies" }>): Outcome {
  switch (plan.kind) {
    case "nothing":
      run.remarks = [...run.remarks, ...plan.remarks];
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
function* backUp(run: Run): Generator<Task, Outcome | null, unknown> {
  startBackup(run);
  const backup = yield* awaitBackup(run);
  if (backup === null || run.facts === null) {
    throw new TypeError("A heal was planned before its backup could be started.");
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

/** Applies the remedies, NIC by NIC; the last good one is proven. Facts that drifted are read and planned anew, once. */
function* applyRemedies(
  run: Run,
  remedies: readonly PlannedRemedy[],
  attempt: "first reading" | "second reading",
): Generator<Task, Outcome, unknown> {
  const messages: string[] = [];
  for (const remedy of remedies) {
    const conclusion = yield* healGuestDhcp(run, remedy);
    if (conclusion.kind === "stale" && attempt === "first reading") {
      return yield* readAndPlanAgain(run);
    }
    if (conclusion.kind !== "right") {
      return notHealed(run, conclusion, messages);
    }
    run.remarks = [...run.remarks, ...conclusion.remarks];
    messages.push(conclusion.message);
  }
  return yield* prove(run, messages.join(" "));
}

function* readAndPlanAgain(run: Run): Generator<Task, Outcome, unknown> {
  const { context, vmId, settings } = run;
  run.story.begin("guestRead", "again, since the facts had changed");
  run.guest = yield* readGuestWithin(context, { vmId, settings });
  run.story.end("guestRead", run.guest.kind === "read" ? "read again" : run.guest.message);
  const plan = planNow(run);
  run.plan = plan;
  return plan.kind === "remedies"
    ? yield* applyRemedies(run, plan.remedies, "second reading")
    : withoutChange(run, plan);
}

function notHealed(
  run: Run,
  conclusion: Exclude<SwitchConclusion, { kind: "right" }>,
  healedBefore: readonly string[],
): Outcome {
  const message = [...healedBefore, conclusion.message].join(" ");
  const says = { code: conclusion.code, message, nextStep: nextStepsOf(run) };
  switch (conclusion.kind) {
    case "undone":
      return outcomeOf(run, healedBefore.length === 0 ? "rolledBack" : "needsHuman", says);
    case "other-run":
      return outcomeOf(run, "refused", says);
    case "unknown":
      return outcomeOf(run, "needsHuman", { ...says, code: "switch-unknown" });
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
