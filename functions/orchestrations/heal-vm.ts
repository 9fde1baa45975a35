import type { OrchestrationContext, Task } from "durable-functions";

import type { AzureFacts } from "../../shared/domain/facts.ts";
import { mayBeLeft } from "../../shared/domain/incident.ts";
import type { Outcome } from "../../shared/domain/outcome.ts";
import { probedNic } from "../../shared/facts/probe.ts";
import type { UnfinishedReset } from "../activities/catalogue/signals.ts";
import { ActivityFailedError, call } from "./call.ts";
import { closeRun, leaveAsHealthy } from "./close-run.ts";
import { decide } from "./decide.ts";
import { finishResets, TO_FINISH } from "./finish-resets.ts";
import { healByPlan } from "./heal-by-plan.ts";
import { lookAtBootIfUnread } from "./look-at-boot.ts";
import { lookAtConsole } from "./look-at-console.ts";
import { checkHindrances, readAzure } from "./read-azure.ts";
import { firstProbe, gatherGuestFacts } from "./read-both-sides.ts";
import { pinAddress } from "./remedies/pin-address.ts";
import { rollBack } from "./roll-back.ts";
import { beginRun, openIncident, outcomeOf, type Run } from "./run.ts";
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
  const { purpose, settings, unfinished = [] } = found;
  if (purpose === null) {
    yield* finishResets(beginRun(context, vmId, { purpose: TO_FINISH, settings }), unfinished);
    return yield* goOn(context, vmId);
  }
  const run = beginRun(context, vmId, { purpose, settings });
  const ending = yield* endOf(run, unfinished);
  const { morePending } =
    ending.kind === "answered" ? yield* leaveAsHealthy(run) : yield* closeRun(run, ending.outcome);
  if (morePending) {
    context.df.continueAsNew({ vmId });
  }
  return ending;
}

/** A run without signals of its own answers none: those that came meanwhile get the next one. */
function* goOn(context: OrchestrationContext, vmId: string): Generator<Task, null, unknown> {
  const { morePending } = yield* call(context, "findPending", { vmId });
  if (morePending) {
    context.df.continueAsNew({ vmId });
  }
  return null;
}

/** Whether the NIC that was probed is the only one which the signals are about: it cannot answer for another. */
function isAboutOneNic({ purpose }: Run, facts: AzureFacts): boolean {
  return new Set(purpose.nicIds.map((nicId) => probedNic(facts, nicId)?.id)).size === 1;
}

/** The story, with trouble that stays turned into an outcome. */
function* endOf(
  run: Run,
  unfinished: readonly UnfinishedReset[],
): Generator<Task, Ending, unknown> {
  try {
    const left = yield* finishResets(run, unfinished);
    return left === null ? yield* story(run) : { kind: "outcome", outcome: left };
  } catch (error) {
    if (error instanceof ActivityFailedError) {
      const kind = run.ledger.some((entry) => mayBeLeft(entry)) ? "needsHuman" : "failed";
      return { kind: "outcome", outcome: outcomeOf(run, kind, error.failure) };
    }
    throw error;
  }
}

function* story(run: Run): Generator<Task, Ending, unknown> {
  if (run.purpose.rollbackOf !== undefined) {
    return { kind: "outcome", outcome: yield* rollBack(run, run.purpose.rollbackOf) };
  }
  yield* settleAfterWrite(run);

  const azure = yield* readAzure(run);
  if (azure.kind === "ended") {
    return { kind: "outcome", outcome: azure.outcome };
  }

  const first = yield* firstProbe(run, azure.facts);
  if (first.kind === "answers" && !run.purpose.operator && isAboutOneNic(run, azure.facts)) {
    return { kind: "answered" };
  }
  yield* openIncident(run);

  const outside = (yield* checkHindrances(run)) ?? (yield* gatherGuestFacts(run, first));
  if (outside !== null) {
    return { kind: "outcome", outcome: outside };
  }
  yield* lookAtBootIfUnread(run);
  yield* lookAtConsole(run);
  const plan = yield* decide(run);
  const outcome = yield* healByPlan(run, plan);
  return { kind: "outcome", outcome: yield* pinAddress(run, outcome) };
}
