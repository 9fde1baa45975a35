import type { Task } from "durable-functions";

import { findingsOf } from "../../shared/diagnosis/other-causes.ts";
import type { FurtherLook } from "../../shared/domain/other-causes.ts";
import { call } from "./call.ts";
import { runScript } from "./run-script.ts";
import type { Run } from "./run.ts";

/**
 * Looks in Windows for why RDP is silent although the address is right. Reads only, and only where Windows could be read;
 * undefined: it could not. Never ends a run: what Windows does not tell is told as such.
 */
export function* lookFurther(run: Run): Generator<Task, FurtherLook | undefined, unknown> {
  if (run.guest?.kind !== "read") {
    return undefined;
  }
  const { context, vmId, settings } = run;
  run.story.begin("lookFurther", "why RDP is silent: read-only script over Run Command");
  const end = yield* runScript(
    run,
    {
      *start(patience) {
        return yield* call(context, "startLookFurther", { vmId }, patience);
      },
      *poll(operation, patience) {
        return yield* call(context, "pollLookFurther", { vmId, operation }, patience);
      },
    },
    settings.guestReadSeconds,
  );
  const look: FurtherLook =
    end.kind === "answered"
      ? end.answer
      : { kind: "unavailable", code: end.code, message: end.message };
  const state = look.kind === "looked" ? "done" : "failed";
  run.story.end("lookFurther", findingsOf(look).message, { state });
  return look;
}
