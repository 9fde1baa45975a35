import { app } from "@azure/functions";
import { getClient, input } from "durable-functions";

import { targetText } from "../../shared/domain/signal.ts";
import { services } from "../services.ts";
import { startRunOf } from "./take-in.ts";

/** Signals of one sweep. Those of a run that lasts stay pending meanwhile, and must not keep other VMs' out. */
const BATCH = 5000;

/**
 * Each minute: starts a run for what signals left pending for a minute name, for example when its run was just ending, or
 * after a pause.
 */
app.timer("sweep", {
  schedule: "0 * * * * *",
  extraInputs: [input.durableClient()],
  handler: async (_timer, context) => {
    if (services().settings.paused) {
      return;
    }
    const store = await services().store();
    const before = new Date(Date.now() - 60_000).toISOString();
    const client = getClient(context);
    const pending = await store.pendingSignalsBefore(before, BATCH);
    const each = new Map(
      pending.map((signal) => [signal.vmId ?? targetText(signal.target), signal]),
    );
    for (const signal of each.values()) {
      await startRunOf(client, signal);
    }
  },
});
