import type { Task } from "durable-functions";

import type { SwitchReport } from "../../../shared/proof/conclude-switch.ts";
import type { SwitchRequest } from "../../activities/catalogue/guest.ts";
import { ActivityFailedError, call, type Patience } from "../call.ts";
import { secondsUntil, sleep, waitOr } from "../clock.ts";
import { managedOwner, type ManagedOwner } from "../managed-command.ts";
import type { Run } from "../run.ts";
import { SlotWait } from "../slot-wait.ts";
import { startBeside } from "./switch-beside.ts";

/** Ends of a managed Run Command that say that the VM is not the one which was read. */
const VM_CHANGED = new Set(["not-running", "gone"]);

/** A switch on its way: whatever may have reached Windows counts as sent. */
interface Sending {
  readonly run: Run;
  readonly request: SwitchRequest;
  readonly deadline: Date;
  readonly patience: Patience;
  sent: boolean;
}

/** Sends the switch script and waits for its answer within its budget. */
export function* switchGuest(
  run: Run,
  request: SwitchRequest,
  deadline: Date,
): Generator<Task, SwitchReport, unknown> {
  const patience = { retrySeconds: run.settings.retrySeconds, until: deadline };
  run.managedSwitch = "none";
  const sending: Sending = { run, request, deadline, patience, sent: false };
  try {
    return yield* send(sending);
  } catch (error) {
    if (error instanceof ActivityFailedError) {
      return missing(sending, error.failure);
    }
    throw error;
  }
}

function* send(sending: Sending): Generator<Task, SwitchReport, unknown> {
  const { run, request, deadline, patience } = sending;
  const { guestSwitchSeconds: budgetSeconds, pollSeconds } = run.settings;
  const slot = new SlotWait(run.context, { budgetSeconds, pollSeconds });
  const owner = managedOwner(run);
  for (;;) {
    const start = yield* call(run.context, "startGuestSwitch", request, patience);
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
function* sendBeside(
  sending: Sending,
  owner: ManagedOwner,
  busy: string,
): Generator<Task, SwitchReport, unknown> {
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

function* follow(sending: Sending, operation: string): Generator<Task, SwitchReport, unknown> {
  const { run, deadline, patience } = sending;
  const { context, settings, vmId } = run;
  for (;;) {
    const poll = yield* call(context, "pollGuestSwitch", { vmId, operation }, patience);
    if (poll.kind === "finished") {
      return { kind: "answered", answer: poll.answer };
    }
    if (poll.kind === "failed") {
      return missing(sending, poll);
    }
    const wait = waitOr(poll.retryAfterSeconds, settings.pollSeconds);
    if (secondsUntil(context, deadline) <= wait) {
      const message = `The guest switch did not answer within ${settings.guestSwitchSeconds} s.`;
      return missing(sending, { code: "run-command-timeout", message });
    }
    yield* sleep(context, wait);
  }
}

function missing(
  { sent }: Sending,
  { code, message }: { readonly code: string; readonly message: string },
): SwitchReport {
  return { kind: sent ? "lost" : "not-sent", code, message };
}
