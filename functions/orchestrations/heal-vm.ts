import type { OrchestrationContext, Task } from "durable-functions";

import { outOfScope } from "../../shared/diagnosis/out-of-scope.ts";
import type { Outcome } from "../../shared/domain/outcome.ts";
import { ActivityFailedError, call } from "./call.ts";
import { closeRun, leaveAsHealthy } from "./close-run.ts";
import { decide } from "./decide.ts";
import { healByPlan } from "./heal-by-plan.ts";
import { firstProbe, gatherGuestFacts } from "./read-both-sides.ts";
import { beginRun, callFor, openIncident, outcomeOf, type Run } from "./run.ts";
import { settleAfterWrite } from "./settle.ts";
import { inputOf } from "./sub-stories.ts";

/** How a run ends: with an outcome on record, or, for a signal whose VM answers, without an incident. */
type Ending =
  | { readonly kind: "outcome"; readonly outcome: Outcome }
  | { readonly kind: "answered" };

/**
 * The heal of one VM, from the signals it finds to its outcome; one at a time per VM, since its instance id comes from
 * the VM's resource id. It only coordinates: effects are activities, decisions are pure code.
 */
export function* healVm(context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const { vmId } = inputOf(context, "healVm");
  const found = yield* call(context, "lookForSignals", { vmId });
  if (found === null) {
    return null;
  }
  const run = beginRun(context, vmId, found);
  const ending = yield* endOf(run);
  const { morePending } =
    ending.kind === "answered" ? yield* leaveAsHealthy(run) : yield* closeRun(run, ending.outcome);
  if (morePending) {
    context.df.continueAsNew({ vmId });
  }
  return ending;
}

/** The story, with trouble that stays turned into an outcome. */
function* endOf(run: Run): Generator<Task, Ending, unknown> {
  try {
    return yield* story(run);
  } catch (error) {
    if (error instanceof ActivityFailedError) {
      const kind = run.ledger.some((entry) => entry.state !== "undone") ? "needsHuman" : "failed";
      return { kind: "outcome", outcome: outcomeOf(run, kind, error.failure) };
    }
    throw error;
  }
}

function* story(run: Run): Generator<Task, Ending, unknown> {
  yield* settleAfterWrite(run);

  run.story.begin("azureFacts");
  const read = yield* callFor(run, "readAzureFacts", { vmId: run.vmId });
  if (read.kind === "not-found") {
    return refused(
      run,
      "vm-not-found",
      read.message,
      "Check the VM's id, and that it was not deleted.",
    );
  }
  run.facts = read.facts;
  const outside = outOfScope(read.facts, { scope: run.settings.scope }, run.purpose.operator);
  if (outside !== null) {
    run.story.end("azureFacts", outside.message);
    return refused(run, outside.code, outside.message, outside.nextStep);
  }

  const first = yield* firstProbe(run, read.facts);
  if (first.kind === "answers" && !run.purpose.operator) {
    return { kind: "answered" };
  }
  yield* openIncident(run);

  yield* gatherGuestFacts(run, first);
  const plan = yield* decide(run);
  return { kind: "outcome", outcome: yield* healByPlan(run, plan) };
}

function refused(run: Run, code: string, message: string, nextStep: string): Ending {
  return { kind: "outcome", outcome: outcomeOf(run, "refused", { code, message, nextStep }) };
}
