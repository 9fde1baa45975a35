import type { Task } from "durable-functions";

import { handOffOf } from "../../shared/diagnosis/hand-off.ts";
import type { HandOff } from "../../shared/domain/hand-off.ts";
import type { Outcome } from "../../shared/domain/outcome.ts";
import type { ActivityCatalogue } from "../activities/catalogue.ts";
import { ActivityFailedError, call } from "./call.ts";
import { secondsFromNow } from "./clock.ts";
import { incidentOf, type Run } from "./run.ts";

/** How long trouble in a last look at the VM is waited out. */
const PATIENCE_SECONDS = 15;

/** Outcomes after which a person goes on. */
const CALLS_PERSON = new Set<Outcome["kind"]>(["needsHuman", "rolledBack"]);

/** Whether a person is called by this outcome. */
export function callsPerson({ kind }: Outcome): boolean {
  return CALLS_PERSON.has(kind);
}

/** What the person needs who goes on, with a last look at how the VM stands; null where nobody is called. */
export function* handOver(run: Run, outcome: Outcome): Generator<Task, HandOff | null, unknown> {
  if (!callsPerson(outcome)) {
    return null;
  }
  const { facts, tenantId } = yield* lastLook(run);
  return handOffOf({ incident: incidentOf(run), outcome, now: facts, tenantId });
}

function* lastLook({
  context,
  vmId,
  patience,
}: Run): Generator<Task, ActivityCatalogue["readForHandOff"]["output"], unknown> {
  const until = secondsFromNow(context, PATIENCE_SECONDS);
  try {
    return yield* call(context, "readForHandOff", { vmId }, { ...patience, until });
  } catch (error) {
    if (error instanceof ActivityFailedError) {
      return { facts: null, tenantId: null };
    }
    throw error;
  }
}
