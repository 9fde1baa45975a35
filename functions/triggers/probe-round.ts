import { app } from "@azure/functions";
import { getClient, input } from "durable-functions";

import { services } from "../services.ts";
import { startProbeMinute } from "./instances.ts";

/** Each minute: probes the opted-in VMs whose turn it is, if probe rounds are on. Not at the second of the sweep. */
app.timer("probeRound", {
  schedule: "30 * * * * *",
  extraInputs: [input.durableClient()],
  handler: async (_timer, context) => {
    if (services().settings.probeRoundMinutes > 0) {
      await startProbeMinute(getClient(context), Math.floor(Date.now() / 60_000));
    }
  },
});
