import type { TaskResult } from "./history.ts";
import { shortError } from "./host-events.ts";
import type { Invoker } from "./invocation.ts";
import type { Registry } from "./registry.ts";
import { toJsonText } from "./rpc.ts";

/** Runs an activity; what it throws is its result too. `input` and the result are JSON text. */
export async function runActivity(
  invoker: Invoker,
  registry: Registry,
  call: { readonly name: string; readonly input: string },
): Promise<TaskResult> {
  const target = registry.get(call.name);
  if (target?.trigger.kind !== "activity") {
    return failed(call.name, "the app has no activity of that name");
  }
  try {
    const { returned } = await invoker.invoke(target, { json: call.input });
    return { kind: "completed", result: toJsonText(returned) };
  } catch (error) {
    return failed(call.name, shortError(error));
  }
}

/** A real host says the same, followed by stacks of about 4 KB. */
function failed(name: string, message: string): TaskResult {
  return { kind: "failed", reason: `Activity function '${name}' failed:  ${message}`, message };
}
