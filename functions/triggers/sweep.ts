import { app } from "@azure/functions";
import { getClient, input } from "durable-functions";

import { services } from "../services.ts";
import { startRunOf } from "./take-in.ts";

/** Signals of one sweep; the rest comes a minute later. */
const BATCH = 200;

/** Each minute: starts a run for every signal left pending for a minute, for example when its run was just ending. */
app.timer("sweep", {
  schedule: "0 * * * * *",
  extraInputs: [input.durableClient()],
  handler: async (_timer, context) => {
    const store = await services().store();
    const before = new Date(Date.now() - 60_000).toISOString();
    const client = getClient(context);
    for (const signal of await store.pendingSignalsBefore(before, BATCH)) {
      await startRunOf(client, signal);
    }
  },
});
