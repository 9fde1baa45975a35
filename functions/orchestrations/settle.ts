import type { Task } from "durable-functions";

import { secondsFromNow, secondsUntil, sleep } from "./clock.ts";
import { callFor, type Run } from "./run.ts";

/**
 * After a NIC write the VM restarts (azure-facts: "the virtual machine will restart to initialize the new NIC"): waits
 * until it runs and its agent has reported since, at most for the settle time. In the true fault the agent stays mute.
 */
export function* settleAfterWrite(run: Run): Generator<Task, void, unknown> {
  const writtenAt = run.purpose.nicWrittenAt;
  if (writtenAt === null || run.settings.settleSeconds === 0) {
    return;
  }
  run.story.begin("settle", "waiting for the VM after the write of its NIC");
  const isUp = yield* isUpSince(run, writtenAt);
  const says = isUp
    ? "the VM runs and its agent has reported"
    : `the agent did not report within ${run.settings.settleSeconds} s`;
  run.story.end("settle", says);
}

/** Waits until the VM runs and its agent has reported since the instant (ISO 8601 UTC), at most for the settle time; says whether. */
export function* isUpSince(run: Run, instant: string): Generator<Task, boolean, unknown> {
  const deadline = secondsFromNow(run.context, run.settings.settleSeconds);
  for (;;) {
    const state = yield* callFor(run, "readVmState", { vmId: run.vmId });
    if (state.up && state.agentReportedAt !== null && state.agentReportedAt > instant) {
      return true;
    }
    if (secondsUntil(run.context, deadline) <= run.settings.pollSeconds) {
      return false;
    }
    yield* sleep(run.context, run.settings.pollSeconds);
  }
}
