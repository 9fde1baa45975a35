import type { OrchestrationContext, Task } from "durable-functions";

import type { ActivityCatalogue, ActivityName } from "../activities/catalogue.ts";
import { ActivityFailedError, call } from "./call.ts";
import { nowOf } from "./clock.ts";

/** What a round gave; null: that part failed, and the next round tries again. */
export interface CleaningReport {
  readonly lost: ActivityCatalogue["closeLost"]["output"] | null;
  readonly azure: ActivityCatalogue["cleanAzure"]["output"] | null;
  readonly unfinished: ActivityCatalogue["findUnfinished"]["output"] | null;
  readonly forgotten: ActivityCatalogue["forgetOld"]["output"] | null;
}

/**
 * Clears up after runs, once: incidents without an end are closed, and runs start for NICs that are left in the middle of a
 * reset; what nobody needs is deleted in Azure; old records are forgotten. Each part goes its way though another failed.
 */
export function* cleanUp(context: OrchestrationContext): Generator<Task, CleaningReport, unknown> {
  const now = nowOf(context);
  const lost = yield* part(context, "closeLost", { asOf: now });
  const unfinished = yield* part(context, "findUnfinished", { asOf: now });
  for (const vmId of unfinished?.vmIds ?? []) {
    yield* part(context, "startRun", { vmId });
  }
  const azure = yield* part(context, "cleanAzure", { now });
  const forgotten = yield* part(context, "forgetOld", { now });
  return { lost, azure, unfinished, forgotten };
}

function* part<Name extends ActivityName>(
  context: OrchestrationContext,
  name: Name,
  input: ActivityCatalogue[Name]["input"],
): Generator<Task, ActivityCatalogue[Name]["output"] | null, unknown> {
  try {
    return yield* call(context, name, input);
  } catch (error) {
    if (error instanceof ActivityFailedError) {
      return null;
    }
    throw error;
  }
}
