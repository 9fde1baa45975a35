import type { DurableClient } from "durable-functions";

import { targetText, type Signal } from "../../shared/domain/signal.ts";
import { services } from "../services.ts";
import type { Tell } from "../telemetry/log.ts";
import { startHeal, startResolve } from "./instances.ts";

/**
 * Stores signals, and then starts the runs of those which are new and pending. All are stored first: whatever happens
 * after, the sweep finds them, so that a start which fails is told to the log and to nobody else. A repeated delivery
 * starts nothing.
 */
export async function takeIn(
  client: DurableClient,
  signals: readonly Signal[],
  tell: Tell,
): Promise<void> {
  const store = await services().store();
  const fresh: Signal[] = [];
  for (const signal of signals) {
    const added = await store.addSignal(signal);
    if (added === "added" && signal.state.kind === "pending") {
      fresh.push(signal);
    }
  }
  for (const signal of fresh) {
    await startRunOf(client, signal, tell);
  }
}

/** Starts the run that a pending signal needs; a start that fails is left to the next sweep. */
export async function startRunOf(client: DurableClient, signal: Signal, tell: Tell): Promise<void> {
  const { vmId, target } = signal;
  try {
    if (vmId !== null) {
      await startHeal(client, vmId);
    } else if (target.kind !== "vm" && target.kind !== "other") {
      await startResolve(client, target);
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    tell("runNotStarted", { target: vmId ?? targetText(target), message });
  }
}
