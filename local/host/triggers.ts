import { shortError } from "./host-events.ts";
import type { Emit } from "./host-events.ts";
import type { Invoked, Invoker } from "./invocation.ts";
import type { HostFunction } from "./registry.ts";
import type { RpcData } from "./rpc.ts";

/** Runs functions that something outside starts, and remembers which are under way. */
export interface TriggerRunner {
  /** @throws whatever the function throws. */
  run(target: HostFunction, input: RpcData): Promise<Invoked>;
  /** Resolves when none is under way. */
  idle(): Promise<void>;
}

/** Makes a runner that reports each run. */
export function createTriggerRunner(invoker: Invoker, emit: Emit): TriggerRunner {
  const running = new Set<Promise<Invoked>>();
  return {
    run: async (target, input) => {
      const run = reportRun(invoker, emit, target, input);
      running.add(run);
      try {
        return await run;
      } finally {
        running.delete(run);
      }
    },
    idle: async () => {
      await Promise.allSettled(running);
    },
  };
}

async function reportRun(
  invoker: Invoker,
  emit: Emit,
  target: HostFunction,
  input: RpcData,
): Promise<Invoked> {
  const begun = performance.now();
  const { name } = target;
  const kind = "trigger";
  try {
    const invoked = await invoker.invoke(target, input);
    const durationMs = performance.now() - begun;
    emit({ kind, name, outcome: "completed", error: null, durationMs });
    return invoked;
  } catch (error) {
    const durationMs = performance.now() - begun;
    emit({ kind, name, outcome: "failed", error: shortError(error), durationMs });
    throw error;
  }
}
