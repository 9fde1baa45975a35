import type { OrchestrationContext, Task } from "durable-functions";

import { call } from "./call.ts";
import { inputOf } from "./sub-stories.ts";

/**
 * Finds the VM of a NIC that a signal names, hands the NIC's signals to it, and starts the VM's run. Its last act is to
 * look again: Azure tells of one change in several events, and a signal that comes meanwhile cannot start it anew.
 */
export function* resolveNic(context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const { nicId } = inputOf(context, "resolveNic");
  const owner = yield* call(context, "findVmOfNic", { nicId });
  const { vmId } = owner;
  for (;;) {
    const { count } = yield* call(context, "handSignalsOn", { nicId, ...owner });
    if (count === 0) {
      return { vmId };
    }
    if (vmId !== null) {
      yield* call(context, "startRun", { vmId });
    }
  }
}
