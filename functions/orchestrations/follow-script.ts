import type { OrchestrationContext, Task } from "durable-functions";

import type { Patience } from "./call.ts";
import { secondsUntil, sleep, waitOr } from "./clock.ts";

/** One look at a guest script under way. */
export type ScriptPoll<Answer> =
  | { readonly kind: "running"; readonly retryAfterSeconds: number | null }
  | { readonly kind: "finished"; readonly answer: Answer }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/** How a script is looked at, and until when. */
export interface ScriptLook<Answer> {
  readonly poll: (
    operation: string,
    patience: Patience,
  ) => Generator<Task, ScriptPoll<Answer>, unknown>;
  readonly patience: Patience;
  readonly deadline: Date;
  readonly pollSeconds: number;
  /** What is said where no answer comes until the deadline. */
  readonly late: string;
}

/** Waits for the answer of a script that was handed over; `failed` with `run-command-timeout` where none comes in time. */
export function* followScript<Answer>(
  context: OrchestrationContext,
  operation: string,
  { poll, patience, deadline, pollSeconds, late }: ScriptLook<Answer>,
): Generator<Task, Exclude<ScriptPoll<Answer>, { kind: "running" }>, unknown> {
  for (;;) {
    const look = yield* poll(operation, patience);
    if (look.kind !== "running") {
      return look;
    }
    const wait = waitOr(look.retryAfterSeconds, pollSeconds);
    if (secondsUntil(context, deadline) <= wait) {
      return { kind: "failed", code: "run-command-timeout", message: late };
    }
    yield* sleep(context, wait);
  }
}
