import type { Task } from "durable-functions";

import type { ScriptStart } from "../activities/catalogue/guest.ts";
import { ActivityFailedError, type Patience } from "./call.ts";
import { secondsFromNow, secondsUntil, sleep } from "./clock.ts";
import { followScript, type ScriptLook } from "./follow-script.ts";
import type { Run } from "./run.ts";

/** The activities of a guest script that changes nothing, or is safe to run twice. */
export interface ScriptCalls<Answer> {
  readonly start: (patience: Patience) => Generator<Task, ScriptStart, unknown>;
  readonly poll: ScriptLook<Answer>["poll"];
}

/** How a script ended. `sent`: it may have reached Windows although no answer came. */
export type ScriptEnd<Answer> =
  | { readonly kind: "answered"; readonly answer: Answer }
  | {
      readonly kind: "missing";
      readonly code: string;
      readonly message: string;
      readonly sent: boolean;
    };

/** A script on its way: whatever may have reached Windows counts as sent. */
interface Sending<Answer> {
  readonly run: Run;
  readonly calls: ScriptCalls<Answer>;
  readonly deadline: Date;
  readonly patience: Patience;
  sent: boolean;
}

/** Runs a guest script within a budget. Never throws: an answer that does not come is told as `missing`. */
export function* runScript<Answer>(
  run: Run,
  calls: ScriptCalls<Answer>,
  budgetSeconds: number,
): Generator<Task, ScriptEnd<Answer>, unknown> {
  const deadline = secondsFromNow(run.context, budgetSeconds);
  const patience = { retrySeconds: run.settings.retrySeconds, until: deadline };
  const sending = { run, calls, deadline, patience, sent: false };
  try {
    return yield* send(sending);
  } catch (error) {
    if (error instanceof ActivityFailedError) {
      // Without a token nothing leaves this machine.
      sending.sent ||= error.failure.retryable && error.failure.code !== "no-credential";
      return missing(sending, error.failure);
    }
    throw error;
  }
}

function* send<Answer>(sending: Sending<Answer>): Generator<Task, ScriptEnd<Answer>, unknown> {
  const { run, calls, deadline, patience } = sending;
  for (;;) {
    const start = yield* calls.start(patience);
    if (start.kind === "started") {
      sending.sent = true;
      return yield* follow(sending, start.operation);
    }
    if (start.kind === "unavailable") {
      return missing(sending, start);
    }
    if (secondsUntil(run.context, deadline) <= run.settings.pollSeconds) {
      return missing(sending, { code: "run-command-busy", message: start.message });
    }
    yield* sleep(run.context, run.settings.pollSeconds);
  }
}

function* follow<Answer>(
  sending: Sending<Answer>,
  operation: string,
): Generator<Task, ScriptEnd<Answer>, unknown> {
  const { run, calls, deadline, patience } = sending;
  const end = yield* followScript(run.context, operation, {
    poll: calls.poll,
    patience,
    deadline,
    pollSeconds: run.settings.pollSeconds,
    late: "Run Command did not answer in time.",
  });
  return end.kind === "finished" ? { kind: "answered", answer: end.answer } : missing(sending, end);
}

function missing<Answer>(
  { sent }: Sending<Answer>,
  { code, message }: { readonly code: string; readonly message: string },
): ScriptEnd<Answer> {
  return { kind: "missing", code, message, sent };
}
