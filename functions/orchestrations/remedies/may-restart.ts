import type { Task } from "durable-functions";

import { ActivityFailedError } from "../call.ts";
import type { Run } from "../run.ts";
import { restartPermission } from "./restart-permission.ts";

/** Why something did not go on. */
export interface Reason {
  readonly code: string;
  readonly message: string;
}

/**
 * Why a write that may restart the VM is not made now; null: it may be. Nobody has confirmed whether it does, so it counts
 * as a restart; that it was asked for stands in for the setting that allows restarts.
 */
export function* whyNotRestart(run: Run, nicId: string): Generator<Task, Reason | null, unknown> {
  const held = yield* orFailure(restartPermission(run, nicId));
  if (held === null) {
    return null;
  }
  return "code" in held ? held : { code: "restart-refused", message: held.message };
}

/** What a part of the story gave; or the failure that ended it, which must not end the run. */
export function* orFailure<Result>(
  part: Generator<Task, Result, unknown>,
): Generator<Task, Result | Reason, unknown> {
  try {
    return yield* part;
  } catch (error) {
    if (error instanceof ActivityFailedError) {
      return error.failure;
    }
    throw error;
  }
}
