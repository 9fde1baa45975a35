import type { OrchestrationContext, Task } from "durable-functions";

import type { AzureFacts, Probe } from "../../shared/domain/facts.ts";
import type { RunSettings } from "../activities/catalogue/signals.ts";
import { ActivityFailedError, call } from "./call.ts";
import { sleep } from "./clock.ts";

/** What the probes of a run need to know. */
export interface SilenceQuestion {
  readonly facts: AzureFacts;
  /** The NIC that the signal names; null: the primary one. */
  readonly nicId: string | null;
  readonly settings: RunSettings;
  /** The probe that was not answered already; null: there was none. */
  readonly unanswered: { readonly address: string | null } | null;
}

/**
 * Probes until one is answered, or until enough were not, spread over the window; then asks why. Never throws: what
 * cannot be asked is `unknown`.
 */
export function* probeUntilSure(
  context: OrchestrationContext,
  question: SilenceQuestion,
): Generator<Task, Probe, unknown> {
  try {
    return yield* probes(context, question);
  } catch (error) {
    if (error instanceof ActivityFailedError) {
      return { kind: "unknown", code: "not-probed", detail: error.failure.message };
    }
    throw error;
  }
}

function* probes(
  context: OrchestrationContext,
  { facts, nicId, settings, unanswered }: SilenceQuestion,
): Generator<Task, Probe, unknown> {
  const patience = { retrySeconds: settings.retrySeconds };
  const pause = settings.probeWindowSeconds / Math.max(1, settings.probeCount - 1);
  let address = unanswered?.address ?? null;
  for (let done = unanswered === null ? 0 : 1; done < settings.probeCount; done++) {
    if (done > 0) {
      yield* sleep(context, pause);
    }
    const answer = yield* call(context, "probe", { facts, nicId }, patience);
    if (answer.kind === "answers") {
      return answer;
    }
    address = answer.address;
  }
  return yield* call(context, "explainSilence", { facts, nicId, address }, patience);
}
