import type { OrchestrationContext, Task } from "durable-functions";

import type { ActivityCatalogue } from "../activities/catalogue.ts";
import { call } from "./call.ts";
import { inputOf } from "./sub-stories.ts";

/**
 * Probes the VMs whose turn it is in a minute, a few at a time, and starts the runs of those which were silent for long.
 * One at a time: its instance id is fixed. What took longer than its minute is caught up with, by one round at most.
 */
export function* probeMinute(context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const { minute } = inputOf(context, "probeMinute");
  let after: string | null = null;
  let roundMinutes: number;
  do {
    const probed: ActivityCatalogue["probeTurns"]["output"] = yield* call(context, "probeTurns", {
      minute,
      after,
    });
    for (const vmId of probed.raised) {
      yield* call(context, "startRun", { vmId });
    }
    ({ after, roundMinutes } = probed);
  } while (after !== null);
  const now = Math.floor(context.df.currentUtcDateTime.getTime() / 60_000);
  if (roundMinutes > 0 && minute < now) {
    // Starts its history anew, too.
    context.df.continueAsNew({ minute: Math.max(minute + 1, now - roundMinutes + 1) });
  }
  return { minute };
}
