import { app } from "@azure/functions";
import { getClient, input, type DurableClient } from "durable-functions";

import { targetText } from "../../shared/domain/signal.ts";
import { services, type Services } from "../services.ts";
import { startRunOf } from "./take-in.ts";

/** Signals of one sweep. Those of a run that lasts stay pending meanwhile, and must not keep other VMs' out. */
const BATCH = 5000;

/** Open incidents that are counted; there are as many at most as VMs that run. */
const MOST_OPEN = 1000;

/**
 * Each minute: starts a run for what signals left pending for a minute name, for example when its run was just ending, or
 * after a pause.
 */
app.timer("sweep", {
  schedule: "0 * * * * *",
  extraInputs: [input.durableClient()],
  handler: async (_timer, context) => {
    if (!services().settings.paused) {
      await startWaiting(getClient(context));
    }
    await tellOpen(services());
  },
});

async function startWaiting(client: DurableClient): Promise<void> {
  const store = await services().store();
  const before = new Date(Date.now() - 60_000).toISOString();
  const pending = await store.pendingSignalsBefore(before, BATCH);
  const each = new Map(pending.map((signal) => [signal.vmId ?? targetText(signal.target), signal]));
  for (const signal of each.values()) {
    await startRunOf(client, signal);
  }
}

/** How many incidents are open, and since when, for who watches over time; nobody does: nothing is read. */
async function tellOpen({ settings, store, telemetry }: Services): Promise<void> {
  if (settings.telemetry.kind !== "off") {
    const open = await (await store()).listIncidents({ open: true, limit: MOST_OPEN });
    (await telemetry()).incidentsOpen(open.map(({ openedAt }) => openedAt));
  }
}
