import type { DurableClient } from "durable-functions";

import type { Signal } from "../../shared/domain/signal.ts";
import { services } from "../services.ts";
import { startHeal, startResolve } from "./instances.ts";

/**
 * Stores signals, and then starts the runs of those which are new and pending. Stored first: whatever happens after,
 * the sweep finds them. A repeated delivery starts nothing.
 */
export async function takeIn(client: DurableClient, signals: readonly Signal[]): Promise<void> {
  const store = await services().store();
  for (const signal of signals) {
    const added = await store.addSignal(signal);
    if (added === "added" && signal.state.kind === "pending") {
      await startRunOf(client, signal);
    }
  }
}

/** Starts the run that a pending signal needs. */
export async function startRunOf(client: DurableClient, signal: Signal): Promise<void> {
  const { vmId, target } = signal;
  if (vmId !== null) {
    await startHeal(client, vmId);
  } else if (target.kind !== "vm" && target.kind !== "other") {
    await startResolve(client, target);
  }
}
