import type { OrchestrationContext, Task } from "durable-functions";

import type { GuestReading } from "../../shared/domain/facts.ts";
import type { RunSettings } from "../activities/catalogue/signals.ts";
import { ActivityFailedError, call } from "./call.ts";
import { secondsFromNow, secondsUntil, sleep, waitOr } from "./clock.ts";

/** What reading the guest needs to know. */
export interface GuestQuestion {
  readonly vmId: string;
  readonly settings: RunSettings;
}

/** Reads the guest over Run Command, within the budget of a read. Never throws: what cannot be read is `unreadable`. */
export function* readGuestWithin(
  context: OrchestrationContext,
  question: GuestQuestion,
): Generator<Task, GuestReading, unknown> {
  try {
    return yield* readOver(context, question);
  } catch (error) {
    if (error instanceof ActivityFailedError) {
      return unreadable(error.failure.code, error.failure.message);
    }
    throw error;
  }
}

function* readOver(
  context: OrchestrationContext,
  { vmId, settings }: GuestQuestion,
): Generator<Task, GuestReading, unknown> {
  const deadline = secondsFromNow(context, settings.guestReadSeconds);
  const patience = { retrySeconds: settings.retrySeconds, until: deadline };
  for (;;) {
    const start = yield* call(context, "startGuestRead", { vmId }, patience);
    if (start.kind === "unavailable") {
      return unreadable(start.code, start.message);
    }
    if (start.kind === "started") {
      return yield* followRead(context, start.operation, { vmId, settings, deadline });
    }
    if (secondsUntil(context, deadline) <= settings.pollSeconds) {
      return unreadable("run-command-busy", start.message);
    }
    yield* sleep(context, settings.pollSeconds);
  }
}

function* followRead(
  context: OrchestrationContext,
  operation: string,
  { vmId, settings, deadline }: { vmId: string; settings: RunSettings; deadline: Date },
): Generator<Task, GuestReading, unknown> {
  const patience = { retrySeconds: settings.retrySeconds, until: deadline };
  for (;;) {
    const poll = yield* call(context, "pollGuestRead", { vmId, operation }, patience);
    if (poll.kind === "finished") {
      return poll.answer;
    }
    if (poll.kind === "failed") {
      return unreadable(poll.code, poll.message);
    }
    const wait = waitOr(poll.retryAfterSeconds, settings.pollSeconds);
    if (secondsUntil(context, deadline) <= wait) {
      return unreadable(
        "run-command-timeout",
        `Run Command did not answer within ${settings.guestReadSeconds} s.`,
      );
    }
    yield* sleep(context, wait);
  }
}

function unreadable(code: string, message: string): GuestReading {
  return { kind: "unreadable", code, message };
}
