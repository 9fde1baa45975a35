import type { Task } from "durable-functions";

import type { ScriptReport } from "../../../shared/proof/script-report.ts";
import { ActivityFailedError } from "../call.ts";
import { secondsUntil, sleep } from "../clock.ts";
import { followScript } from "../follow-script.ts";
import { managedOwner, type ManagedOwner } from "../managed-command.ts";
import type { Run } from "../run.ts";
import { SlotWait } from "../slot-wait.ts";
import type { ChangingScript, Sending } from "./changing-script.ts";
import { startBeside } from "./switch-beside.ts";

/** Ends of a managed Run Command that say that the VM is not the one which was read. */
const VM_CHANGED = new Set(["not-running", "gone"]);

/** Sends a script that changes Windows, and waits for its answer within its budget. */
export function* sendScript<Answer>(
  run: Run,
  script: ChangingScript<Answer>,
  deadline: Date,
): Generator<Task, ScriptReport<Answer>, unknown> {
  const patience = { retrySeconds: run.settings.retrySeconds, until: deadline };
  run.managedSwitch = "none";
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
  const { guestSwitchSeconds: budgetSeconds, pollSeconds } = run.settings;
  const slot = new SlotWait(run.context, { budgetSeconds, pollSeconds });
  const owner = managedOwner(run);
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
    if (owner !== null && !sending.sent && slot.isOver) {
      return yield* sendBeside(sending, owner, start.message);
    }
    if (secondsUntil(run.context, deadline) <= pollSeconds) {
      return missing(sending, { code: "run-command-busy", message: start.message });
    }
    yield* sleep(run.context, slot.next());
  }
}

/** Something else holds the slot: the script goes as a managed Run Command, within what is left of its time. */
function* sendBeside<Answer>(
  sending: Sending<Answer>,
  owner: ManagedOwner,
  busy: string,
): Generator<Task, ScriptReport<Answer>, unknown> {
  const start = yield* startBeside(sending, owner);
  if (start.kind !== "started") {
    sending.sent ||= start.maybeSent;
    const message = `${busy} A managed Run Command was tried then. ${start.message}`;
    const known = start.kind === "unavailable" && VM_CHANGED.has(start.code);
    return missing(sending, { code: known ? start.code : "run-command-busy", message });
  }
  sending.sent = true;
  const report = yield* follow(sending, start.operation);
  if (report.kind === "answered") {
    sending.run.managedSwitch = "ended";
  }
  return report;
}

function* follow<Answer>(
  sending: Sending<Answer>,
  operation: string,
): Generator<Task, ScriptReport<Answer>, unknown> {
  const { run, script, deadline, patience } = sending;
  const { context, settings } = run;
  const end = yield* followScript(context, operation, {
    poll: script.poll,
    patience,
    deadline,
    pollSeconds: settings.pollSeconds,
    late: `${script.called} did not answer within ${settings.guestSwitchSeconds} s.`,
  });
  return end.kind === "finished" ? { kind: "answered", answer: end.answer } : missing(sending, end);
}

function missing(
  { sent }: { readonly sent: boolean },
  { code, message }: { readonly code: string; readonly message: string },
): Exclude<ScriptReport<never>, { kind: "answered" }> {
  return { kind: sent ? "lost" : "not-sent", code, message };
}
