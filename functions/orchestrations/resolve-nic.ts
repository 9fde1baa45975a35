import type { OrchestrationContext, Task } from "durable-functions";

import { call } from "./call.ts";
import { inputOf } from "./sub-stories.ts";

/** Finds the VM of a NIC that a signal names, hands the NIC's signals to it, and starts the VM's run. */
export function* resolveNic(context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const { nicId } = inputOf(context, "resolveNic");
  const { vmId } = yield* call(context, "findVmOfNic", { nicId });
  if (vmId !== null) {
    yield* call(context, "startRun", { vmId });
  }
  return { vmId };
}
