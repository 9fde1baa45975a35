import { findReusedTask, readOutcome } from "./actions.ts";
import type { Outcome } from "./actions.ts";
import { orchestratorStarted } from "./history.ts";
import type { Invoker } from "./invocation.ts";
import type { TurnWork } from "./journal.ts";
import type { HostFunction } from "./registry.ts";
import { toJsonText } from "./rpc.ts";

/** Where the library puts its state when an orchestrator throws. */
const failureMark = "$OutOfProcData$:";

/** Calls an orchestrator with its history; an error that it throws is part of the outcome. */
export async function orchestrate(
  invoker: Invoker,
  target: HostFunction,
  work: TurnWork,
  startedAt: string,
): Promise<Outcome> {
  try {
    const { result, returned } = await invoker.invoke(target, {
      json: triggerText(work, startedAt),
    });
    const reused = findReusedTask(result);
    if (reused !== undefined) {
      return failure(
        `Task '${reused}' is in a second Task.any or Task.all: Azure would start it twice. Yield it by itself instead.`,
      );
    }
    return readOutcome(toJsonText(returned));
  } catch (error) {
    return readFailure(error);
  }
}

/** The value of an orchestration trigger as JSON, as a real host (4.1037, Durable extension 3.14.1) builds it. */
export function triggerText(work: TurnWork, startedAt: string): string {
  const { instance, historyTexts, event } = work;
  const history = [
    ...historyTexts,
    JSON.stringify(orchestratorStarted(startedAt)),
    JSON.stringify(event),
  ];
  const rest = JSON.stringify({
    instanceId: instance.id,
    isReplaying: historyTexts.length > 0,
    parentInstanceId: instance.parent?.instanceId ?? null,
    upperSchemaVersion: 1,
    upperSchemaVersionNew: 3,
    longRunningTimerIntervalDuration: "3.00:00:00",
    maximumShortTimerDuration: "6.00:00:00",
    defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
  });
  return `{"history":[${history.join(",")}],"input":${instance.inputText},${rest.slice(1)}`;
}

function readFailure(error: unknown): Outcome {
  const message = messageOf(error);
  const mark = message.indexOf(failureMark);
  if (mark === -1) {
    return failure(message);
  }
  try {
    const outcome = readOutcome(message.slice(mark + failureMark.length));
    // The library leaves out an error without a message.
    return { ...outcome, error: outcome.error ?? "an error without a message" };
  } catch (error_) {
    return failure(messageOf(error_));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function failure(message: string): Outcome {
  return { done: true, actions: [], output: "null", error: message, customStatus: null };
}
