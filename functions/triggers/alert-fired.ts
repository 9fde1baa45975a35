import { app } from "@azure/functions";
import { getClient, input } from "durable-functions";

import { decodeAlertEvents, namesWriter } from "../../shared/signals/alerts.ts";
import { logOf } from "../telemetry/log.ts";
import { ownIdentityIfKnown } from "./own-identity.ts";
import { takeIn } from "./take-in.ts";

/** Event Grid, custom topic: an alert in the common schema. Azure Monitor has no Event Grid action of its own. */
app.eventGrid("alertFired", {
  extraInputs: [input.durableClient()],
  handler: async (event, context) => {
    const receivedAt = new Date().toISOString();
    const ownIdentity = namesWriter(event) ? await ownIdentityIfKnown() : null;
    const decoded = decodeAlertEvents(event, { receivedAt, ownIdentity });
    await takeIn(
      getClient(context),
      decoded.map(({ signal }) => signal),
      logOf(context),
    );
  },
});
