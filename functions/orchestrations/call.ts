import type { OrchestrationContext, Task } from "durable-functions";

import type {
  ActivityAnswer,
  ActivityCatalogue,
  ActivityFailure,
  ActivityName,
} from "../activities/catalogue.ts";
import { withBelonging } from "./belonging.ts";
import { secondsUntil, sleep, waitOr } from "./clock.ts";

/** How often a call is made before its transient failure counts as final. */
const ATTEMPTS = 5;

/** How a call that fails for a while is repeated. */
export interface Patience {
  /** Wait where Azure names no time; doubled with each attempt. */
  readonly retrySeconds: number;
  /** No attempt starts after it. */
  readonly until?: Date;
  /** Hears of each attempt that failed. */
  readonly failed?: (failure: ActivityFailure) => void;
}

/** Ends a story: an activity failed for good. Carries data that people can act on. */
export class ActivityFailedError extends Error {
  override readonly name = "ActivityFailedError";
  readonly activity: ActivityName;
  readonly failure: ActivityFailure;

  constructor(activity: ActivityName, failure: ActivityFailure) {
    super(failure.message);
    this.activity = activity;
    this.failure = failure;
  }
}

/**
 * Calls one activity of the catalogue and gives its output. Transient failures are waited out with durable timers, as
 * long as Azure asks for, so that no function sits and waits.
 * @throws ActivityFailedError when it failed for good
 */
export function* call<Name extends ActivityName>(
  context: OrchestrationContext,
  name: Name,
  input: ActivityCatalogue[Name]["input"],
  patience: Patience = { retrySeconds: 10 },
): Generator<Task, ActivityCatalogue[Name]["output"], unknown> {
  for (let attempt = 1; ; attempt++) {
    const answer = yield* attemptOf(context, name, input, attempt);
    if (answer.ok) {
      return answer.value;
    }
    patience.failed?.(answer.failure);
    const wait = waitOr(
      answer.failure.retryAfterSeconds,
      patience.retrySeconds * 2 ** (attempt - 1),
    );
    const late = patience.until !== undefined && secondsUntil(context, patience.until) < wait;
    if (!answer.failure.retryable || attempt === ATTEMPTS || late) {
      throw new ActivityFailedError(name, answer.failure);
    }
    yield* sleep(context, wait);
  }
}

/**
 * Makes one attempt of an activity. What the engine itself says of one that it ended, for example for its timeout, is a
 * failure like the others: an effect may have come of it, and the next attempt reads what there is.
 */
export function* attemptOf<Name extends ActivityName>(
  context: OrchestrationContext,
  name: Name,
  input: ActivityCatalogue[Name]["input"],
  attempt = 1,
): Generator<Task, ActivityAnswer<ActivityCatalogue[Name]["output"]>, unknown> {
  const task = schedule(context, name, input, attempt);
  try {
    return answerOf<Name>(yield task);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The activity ${name} was ended by the engine: ${reason}`;
    const nextStep = "Ask again; if it happens again, look at the log of the host.";
    const failure = { code: "activity-ended", message, nextStep };
    return { ok: false, failure: { ...failure, retryable: true, retryAfterSeconds: null } };
  }
}

/** Schedules an activity of the catalogue without waiting for it. */
export function schedule<Name extends ActivityName>(
  context: OrchestrationContext,
  name: Name,
  input: ActivityCatalogue[Name]["input"],
  attempt = 1,
): Task {
  return context.df.callActivity(name, withBelonging(context, input, attempt));
}

/** What a scheduled activity of that name came back with. */
export function answerOf<Name extends ActivityName>(
  result: unknown,
): ActivityAnswer<ActivityCatalogue[Name]["output"]> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the catalogue types both ends, and registration is typed by it
  return result as ActivityAnswer<ActivityCatalogue[Name]["output"]>;
}
