import type { OrchestrationContext, Task } from "durable-functions";

import { call } from "./call.ts";
import { inputOf } from "./sub-stories.ts";

/**
 * Finds the VM of a target that is none: a NIC, an address, a computer's name. Hands the target's signals to that VM and
 * starts the VM's run. Its last act is to look again: Azure tells of one change in several events, and a signal that
 * comes meanwhile cannot start it anew.
 */
export function* resolveTarget(context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const { target } = inputOf(context, "resolveTarget");
  const owner = yield* call(context, "findVm", { target });
  // An answer that was lost says 0 the second time, so the first round starts the run whatever it says.
  for (let isFirst = true; ; isFirst = false) {
    const { count } = yield* call(context, "handSignalsOn", { target, owner });
    if (owner.kind === "found" && (isFirst || count > 0)) {
      yield* call(context, "startRun", { vmId: owner.vmId });
    }
    if (count === 0) {
      return owner;
    }
  }
}
