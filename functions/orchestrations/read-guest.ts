import type { OrchestrationContext, Task } from "durable-functions";

import type { GuestReading } from "../../shared/domain/facts.ts";
import type { ManagedSlot } from "../../shared/domain/managed-command.ts";
import type { RunSettings } from "../activities/catalogue/signals.ts";
import { ActivityFailedError, call } from "./call.ts";
import { secondsFromNow, secondsUntil, sleep } from "./clock.ts";
import { followScript } from "./follow-script.ts";
import { endManaged, managedSlot, mayHaveSent, type ManagedOwner } from "./managed-command.ts";
import { SlotWait } from "./slot-wait.ts";

/** What reading the guest needs to know. */
export interface GuestQuestion {
  readonly vmId: string;
  readonly settings: RunSettings;
  /**
   * Who may read beside a Run Command slot that something else holds. Null or left out: nobody, for example since a script
   * of this run may hold it.
   */
  readonly managed?: ManagedOwner | null;
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
  { vmId, settings, managed = null }: GuestQuestion,
): Generator<Task, GuestReading, unknown> {
  const { guestReadSeconds, pollSeconds } = settings;
  const deadline = secondsFromNow(context, guestReadSeconds);
  const slot = new SlotWait(context, { budgetSeconds: guestReadSeconds, pollSeconds });
  let owner = managed;
  const patience = {
    retrySeconds: settings.retrySeconds,
    until: deadline,
    failed: (failure: ActivityFailedError["failure"]) => {
      // Then the slot may be held by this very script: never two of ours at once.
      owner = mayHaveSent(failure) ? null : owner;
    },
  };
  for (;;) {
    const start = yield* call(context, "startGuestRead", { vmId }, patience);
    if (start.kind === "unavailable") {
      return unreadable(start.code, start.message);
    }
    if (start.kind === "started") {
      return yield* followRead(context, start.operation, { vmId, settings, deadline });
    }
    if (owner !== null && slot.isOver) {
      return yield* readBeside(context, { vmId, settings, owner, busy: start.message });
    }
    if (secondsUntil(context, deadline) <= pollSeconds) {
      return unreadable("run-command-busy", start.message);
    }
    yield* sleep(context, slot.next());
  }
}

/** Reads with a managed Run Command, with a budget of its own, since something else holds the slot; deletes it afterwards. */
function* readBeside(
  context: OrchestrationContext,
  question: {
    readonly vmId: string;
    readonly settings: RunSettings;
    readonly owner: ManagedOwner;
    readonly busy: string;
  },
): Generator<Task, GuestReading, unknown> {
  const { vmId, settings, owner, busy } = question;
  const deadline = secondsFromNow(context, settings.guestReadSeconds);
  const managed = managedSlot(context, owner, { purpose: "read", deadline });
  let reading: GuestReading;
  try {
    reading = yield* readManaged(context, managed, { vmId, settings, deadline });
  } catch (error) {
    if (!(error instanceof ActivityFailedError)) {
      throw error;
    }
    reading = unreadable(error.failure.code, error.failure.message);
  }
  yield* endManaged(context, { vmId, ...managed }, settings.retrySeconds);
  return reading.kind === "read"
    ? { ...reading, over: "managedRunCommand" }
    : { ...reading, message: `${busy} A managed Run Command was tried then. ${reading.message}` };
}

function* readManaged(
  context: OrchestrationContext,
  managed: ManagedSlot,
  { vmId, settings, deadline }: { vmId: string; settings: RunSettings; deadline: Date },
): Generator<Task, GuestReading, unknown> {
  const patience = { retrySeconds: settings.retrySeconds, until: deadline };
  for (;;) {
    const start = yield* call(context, "startGuestRead", { vmId, managed }, patience);
    if (start.kind === "started") {
      return yield* followRead(context, start.operation, { vmId, settings, deadline });
    }
    if (start.kind === "unavailable") {
      return unreadable(start.code, start.message);
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
  const end = yield* followScript(context, operation, {
    poll: (started, patience) =>
      call(context, "pollGuestRead", { vmId, operation: started }, patience),
    patience: { retrySeconds: settings.retrySeconds, until: deadline },
    deadline,
    pollSeconds: settings.pollSeconds,
    late: `Run Command did not answer within ${settings.guestReadSeconds} s.`,
  });
  return end.kind === "finished" ? end.answer : unreadable(end.code, end.message);
}

function unreadable(code: string, message: string): Extract<GuestReading, { kind: "unreadable" }> {
  return { kind: "unreadable", code, message };
}
