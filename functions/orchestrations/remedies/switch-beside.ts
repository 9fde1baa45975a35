import type { Task } from "durable-functions";

import type { SwitchStart } from "../../activities/catalogue/guest.ts";
import { secondsUntil, sleep } from "../clock.ts";
import { endManaged, managedOwner, managedSlot, type ManagedOwner } from "../managed-command.ts";
import type { Run } from "../run.ts";
import type { Sending } from "./changing-script.ts";

/**
 * Hands a script that changes Windows over as a managed Run Command, beside a slot which something else holds. Only for
 * one that surely was not sent over Run Command; its not-after time is the same. Asks until the deadline while an older one is being deleted.
 */
export function* startBeside(
  { run, script, deadline, patience }: Omit<Sending<unknown>, "sent">,
  owner: ManagedOwner,
): Generator<Task, SwitchStart, unknown> {
  const slot = managedSlot(run.context, owner, { purpose: "switch", deadline });
  // Azure must not end a script midway that began at the last moment: the dead-man's time is longer than its own bound.
  const timeoutSeconds = slot.timeoutSeconds + run.settings.deadManSeconds;
  const managed = { ...slot, timeoutSeconds };
  let maybeSent = false;
  for (;;) {
    // From here on it may be there, whatever the answer is.
    run.managedSwitch = "running";
    const start = yield* script.start(patience, managed);
    if (start.kind === "started") {
      return start;
    }
    maybeSent ||= start.maybeSent;
    const late = secondsUntil(run.context, deadline) <= run.settings.pollSeconds;
    if (start.kind === "unavailable" || late) {
      return { ...start, maybeSent };
    }
    yield* sleep(run.context, run.settings.pollSeconds);
  }
}

/**
 * Who may read beside the slot while a switch's result is unknown: nobody while its script may still run, since two of ours
 * never run at once. Past the dead-man's time the managed one is deleted, which ends it.
 */
export function* readerBeside(
  run: Run,
  notAfter: Date,
): Generator<Task, ManagedOwner | null, unknown> {
  const over = secondsUntil(run.context, notAfter) + run.settings.deadManSeconds < 0;
  if (run.managedSwitch === "ended" || (run.managedSwitch === "running" && over)) {
    yield* endSwitchBeside(run);
  }
  return run.managedSwitch === "deleted" ? managedOwner(run) : null;
}

/** Deletes the managed Run Command of the switch, if there is one: its result is known, or its time is long over. */
export function* endSwitchBeside(run: Run): Generator<Task, void, unknown> {
  const { context, vmId, incidentId, settings } = run;
  if (run.managedSwitch === "running" || run.managedSwitch === "ended") {
    yield* endManaged(context, { vmId, incidentId, purpose: "switch" }, settings.retrySeconds);
    run.managedSwitch = "deleted";
  }
}
