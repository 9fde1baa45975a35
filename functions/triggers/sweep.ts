import { app } from "@azure/functions";
import { getClient, input, type DurableClient } from "durable-functions";

import { inParallel } from "../../shared/domain/in-parallel.ts";
import { targetText } from "../../shared/domain/signal.ts";
import { services, type Services } from "../services.ts";
import { logOf, type Tell } from "../telemetry/log.ts";
import { startRunOf } from "./take-in.ts";

/** Signals of one sweep. Those of a run that lasts stay pending meanwhile, and must not keep other VMs' out. */
const BATCH = 5000;

/** Runs that are started at a time. */
const AT_ONCE = 8;

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
    try {
      if (!services().settings.paused) {
        await startWaiting(getClient(context), logOf(context));
      }
    } finally {
      // Who watches over time wants to know it just when runs do not start.
      await tellOpen(services());
    }
  },
});

async function startWaiting(client: DurableClient, tell: Tell): Promise<void> {
  const store = await services().store();
  const before = new Date(Date.now() - 60_000).toISOString();
  const pending = await store.pendingSignalsBefore(before, BATCH);
  const each = new Map(pending.map((signal) => [signal.vmId ?? targetText(signal.target), signal]));
  await inParallel([...each.values()], AT_ONCE, async (signal) => {
    await startRunOf(client, signal, tell);
  });
}

/** How many incidents are open, and since when, for who watches over time; nobody does: nothing is read. */
async function tellOpen({ settings, store, telemetry }: Services): Promise<void> {
  if (settings.telemetry.kind !== "off") {
    const open = await (await store()).listIncidents({ open: true, limit: MOST_OPEN });
    (await telemetry()).incidentsOpen(open.map(({ openedAt }) => openedAt));
  }
}
