import { app } from "@azure/functions";
import { getClient, input } from "durable-functions";

import { startClean } from "./instances.ts";
import { tellMissed } from "./telling.ts";

/** Each quarter of an hour: clears up after runs, and tells of ends that nobody was told of. Not at the seconds of sweep and probe rounds. */
app.timer("clean", {
  schedule: "15 */15 * * * *",
  extraInputs: [input.durableClient()],
  handler: async (_timer, context) => {
    const client = getClient(context);
    await startClean(client);
    await tellMissed(client);
  },
});
