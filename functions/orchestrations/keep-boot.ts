import type { OrchestrationContext, Task } from "durable-functions";

import type { AzureFacts } from "../../shared/domain/facts.ts";
import type { BootLook } from "../activities/catalogue/evidence.ts";
import type { RunSettings } from "../activities/catalogue/signals.ts";
import { ActivityFailedError, call } from "./call.ts";
import { secondsFromNow } from "./clock.ts";

/** How long trouble in reading boot diagnostics is waited out. */
const PATIENCE_SECONDS = 30;

/** What keeping a VM's boot diagnostics needs to know. */
export interface BootQuestion {
  readonly facts: AzureFacts;
  readonly incidentId: string;
  readonly settings: RunSettings;
}

/** Keeps screenshot and serial log. Never throws: what cannot be had is a remark. */
export function* keepBoot(
  context: OrchestrationContext,
  { facts, incidentId, settings }: BootQuestion,
): Generator<Task, BootLook, unknown> {
  const until = secondsFromNow(context, PATIENCE_SECONDS);
  const patience = { retrySeconds: settings.retrySeconds, until };
  try {
    return yield* call(context, "keepBootDiagnostics", { facts, incidentId }, patience);
  } catch (error) {
    if (error instanceof ActivityFailedError) {
      return { kept: [], remarks: [error.failure.message] };
    }
    throw error;
  }
}
