import { app } from "@azure/functions";
import { getClient, input } from "durable-functions";

import { startClean } from "./instances.ts";

/** Each quarter of an hour: clears up after runs. Not at the seconds of sweep and probe rounds. */
app.timer("clean", {
  schedule: "15 */15 * * * *",
  extraInputs: [input.durableClient()],
  handler: async (_timer, context) => {
    await startClean(getClient(context));
  },
});
