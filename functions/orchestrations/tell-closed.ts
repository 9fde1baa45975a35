import type { OrchestrationContext, Task } from "durable-functions";

import type { ActivityCatalogue } from "../activities/catalogue.ts";
import { attemptOf } from "./call.ts";
import { secondsFromNow, secondsUntil, sleep, waitOr } from "./clock.ts";
import { inputOf } from "./sub-stories.ts";

/** How long a topic that takes nothing is tried: Event Grid itself keeps an event no longer. */
const PATIENCE_SECONDS = 24 * 60 * 60;

/** Between two tries; the wait doubles from the shortest to the longest. */
const SHORTEST_SECONDS = 0.05;
const LONGEST_SECONDS = 900;

/**
 * Tells the topic that an incident has ended, until the topic has it. A story of its own: whatever the topic does, the
 * run of the VM has ended already.
 */
export function* tellClosed(
  context: OrchestrationContext,
): Generator<Task, ActivityCatalogue["publishClosed"]["output"], unknown> {
  const { incidentId, retrySeconds } = inputOf(context, "tellClosed");
  const until = secondsFromNow(context, PATIENCE_SECONDS);
  let pause = Math.max(retrySeconds, SHORTEST_SECONDS);
  for (;;) {
    const answer = yield* attemptOf(context, "publishClosed", { incidentId });
    if (answer.ok && answer.value.told !== "still-open") {
      return answer.value;
    }
    const wait = waitOr(answer.ok ? null : answer.failure.retryAfterSeconds, pause);
    if (secondsUntil(context, until) < wait) {
      return { told: "given-up" };
    }
    yield* sleep(context, wait);
    pause = Math.min(pause * 2, LONGEST_SECONDS);
  }
}
