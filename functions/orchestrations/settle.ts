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
  const deadline = secondsFromNow(run.context, run.settings.settleSeconds);
  for (;;) {
    const state = yield* callFor(run, "readVmState", { vmId: run.vmId });
    if (state.up && state.agentReportedAt !== null && state.agentReportedAt > writtenAt) {
      return run.story.end("settle", "the VM runs and its agent has reported");
    }
    if (secondsUntil(run.context, deadline) <= run.settings.pollSeconds) {
      return run.story.end(
        "settle",
        `the agent did not report within ${run.settings.settleSeconds} s`,
      );
    }
    yield* sleep(run.context, run.settings.pollSeconds);
  }
}
