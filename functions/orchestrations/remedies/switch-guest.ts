import type { Task } from "durable-functions";

import type { ScriptReport } from "../../../shared/proof/script-report.ts";
import type { SwitchStart } from "../../activities/catalogue/guest.ts";
import { ActivityFailedError, type Patience } from "../call.ts";
import { secondsUntil, sleep, waitOr } from "../clock.ts";
import type { Run } from "../run.ts";

/** A script that changes Windows: its activities, and what people call it. */
export interface ChangingScript<Answer> {
  readonly called: string;
  readonly start: (patience: Patience) => Generator<Task, SwitchStart, unknown>;
  readonly poll: (operation: string, patience: Patience) => Generator<Task, Poll<Answer>, unknown>;
}

/** One look at a script under way. */
type Poll<Answer> =
  | { readonly kind: "running"; readonly retryAfterSeconds: number | null }
  | { readonly kind: "finished"; readonly answer: Answer }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/** A script on its way: whatever may have reached Windows counts as sent. */
interface Sending<Answer> {
  readonly run: Run;
  readonly script: ChangingScript<Answer>;
  readonly deadline: Date;
  readonly patience: Patience;
  sent: boolean;
}

/** Sends a script that changes Windows, and waits for its answer within its budget. */
export function* sendScript<Answer>(
  run: Run,
  script: ChangingScript<Answer>,
  deadline: Date,
): Generator<Task, ScriptReport<Answer>, unknown> {
  const patience = { retrySeconds: run.settings.retrySeconds, until: deadline };
  const sending: Sending<Answer> = { run, script, deadline, patience, sent: false };
  try {
    return yield* send(sending);
  } catch (error) {
    if (error instanceof ActivityFailedError) {
      return missing(sending, error.failure);
    }
    throw error;
  }
}

function* send<Answer>(sending: Sending<Answer>): Generator<Task, ScriptReport<Answer>, unknown> {
  const { run, script, deadline, patience } = sending;
  for (;;) {
    const start = yield* script.start(patience);
    if (start.kind === "started") {
      sending.sent = true;
      return yield* follow(sending, start.operation);
    }
    sending.sent ||= start.maybeSent;
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
): Generator<Task, ScriptReport<Answer>, unknown> {
  const { run, script, deadline, patience } = sending;
  const { context, settings } = run;
  for (;;) {
    const poll = yield* script.poll(operation, patience);
    if (poll.kind === "finished") {
      return { kind: "answered", answer: poll.answer };
    }
    if (poll.kind === "failed") {
      return missing(sending, poll);
    }
    const wait = waitOr(poll.retryAfterSeconds, settings.pollSeconds);
    if (secondsUntil(context, deadline) <= wait) {
      const message = `${script.called} did not answer within ${settings.guestSwitchSeconds} s.`;
      return missing(sending, { code: "run-command-timeout", message });
    }
    yield* sleep(context, wait);
  }
}

function missing(
  { sent }: { readonly sent: boolean },
  { code, message }: { readonly code: string; readonly message: string },
): Exclude<ScriptReport<never>, { kind: "answered" }> {
  return { kind: sent ? "lost" : "not-sent", code, message };
}
