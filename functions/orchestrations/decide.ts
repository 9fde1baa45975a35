import type { Task } from "durable-functions";

import { diagnose } from "../../shared/diagnosis/diagnose.ts";
import { isPinWanted, withPinCost } from "../../shared/diagnosis/pin.ts";
import { planFor } from "../../shared/diagnosis/plan.ts";
import type { Plan, PlannedRemedy } from "../../shared/domain/diagnosis.ts";
import type { Probe } from "../../shared/domain/facts.ts";
import type { FurtherLook } from "../../shared/domain/other-causes.ts";
import { availableRemedies, resetsAllowed } from "./available-remedies.ts";
import { lookFurther } from "./look-further.ts";
import { awaitSilence, startSilence } from "./read-both-sides.ts";
import { callFor, callOr, type Run } from "./run.ts";

const NOT_AWAITED: Probe = {
  kind: "unknown",
  code: "not-probed",
  detail: "The first probe was not answered; further ones were not needed for the decision.",
};

/**
 * Diagnoses and plans. The further probes are awaited only where the plan hangs on them: a wrong address that the guest
 * itself shows needs no second opinion, and waiting for one would lengthen the heal.
 */
export function* decide(run: Run): Generator<Task, Plan, unknown> {
  run.story.begin("diagnosis");
  run.probe ??= NOT_AWAITED;
  let plan = planNow(run);
  if (hangsOnSilence(run, plan)) {
    if (run.silenceTask === null) {
      startSilence(run);
    }
    yield* awaitSilence(run);
    plan = planNow(run);
  }
  plan = yield* withCosts(run, plan);
  if (plan.kind === "human" && plan.code === "rdp-silent-address-right") {
    plan = planNow(run, yield* lookFurther(run));
  }
  run.plan = plan;
  run.remarks = [...new Set([...run.remarks, ...plan.remarks])];
  run.story.end("diagnosis", describePlan(run, plan));
  yield* callFor(run, "saveIncident", {
    incidentId: run.incidentId,
    patch: {
      azureFacts: run.facts,
      probe: run.probe,
      silentSince: run.silentSince,
      guest: run.guest,
      diagnoses: run.diagnoses,
      plan,
      steps: run.story.steps,
    },
  });
  return plan;
}

/** The same plan, with what a NIC reset in it would break, which is looked up only where there is one. */
function* withCosts(run: Run, plan: Plan): Generator<Task, Plan, unknown> {
  const { facts } = run;
  const reset = remediesIn(plan).find(({ kind }) => kind === "nicReset");
  const nic = facts?.nics.find(({ id }) => id === reset?.nicId);
  if (facts === null || nic === undefined) {
    return plan;
  }
  const resetImpact = yield* callOr(run, "readResetImpact", { nic }, ({ message }) => ({
    nicId: nic.id,
    rules: [],
    records: [],
    unread: [message],
  }));
  run.facts = { ...facts, resetImpact };
  return planNow(run);
}

function remediesIn(plan: Plan): readonly PlannedRemedy[] {
  return plan.kind === "remedies" || plan.kind === "refuse" ? plan.remedies : [];
}

/** Whether the further probes can still change the plan; a run that only looks starts them no earlier. */
function hangsOnSilence({ silenceTask, unanswered }: Run, plan: Plan): boolean {
  const open = silenceTask !== null || unanswered !== null;
  return open && (plan.kind === "nothing" || plan.kind === "human");
}

/** Diagnoses and plans on what the run knows now. */
function planNow(run: Run, further?: FurtherLook): Plan {
  const { facts, guest, probe, settings, purpose } = run;
  if (facts === null || guest === null || probe === null) {
    throw new TypeError("A plan was asked for before both sides were read.");
  }
  run.diagnoses = diagnose(facts, guest);
  const plan = planFor({
    azure: facts,
    guest,
    probe,
    diagnoses: run.diagnoses,
    incidentId: run.incidentId,
    operator: purpose.operator,
    runMode: purpose.mode,
    mode: settings.mode,
    scope: settings.scope,
    available: availableRemedies(run),
    setByUs: run.setByUs,
    resets: resetsAllowed(run),
    further,
  });
  return withPinCost(plan, facts, isPinWanted(facts.vm, purpose.pinAddress));
}

function describePlan(run: Run, plan: Plan): string {
  const verdicts = run.diagnoses.map((diagnosis) => diagnosis.kind);
  const plans = plan.kind === "remedies" ? plan.remedies.map((remedy) => remedy.kind) : [plan.code];
  // A plan's code is often the verdict itself.
  const says = plans.filter((text) => !verdicts.some((verdict) => verdict === text));
  return [verdicts.join(", "), says.join(", ")].filter((text) => text !== "").join(": ");
}
