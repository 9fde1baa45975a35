import { app } from "@azure/functions";
import { getClient, input } from "durable-functions";

import { decodeNicEvents } from "../../shared/signals/nic-events.ts";
import { services } from "../services.ts";
import { takeIn } from "./take-in.ts";

/** Event Grid: a NIC was written. The events of other resources are dropped without a record: they may be thousands. */
app.eventGrid("nicChanged", {
  extraInputs: [input.durableClient()],
  handler: async (event, context) => {
    const receivedAt = new Date().toISOString();
    const ownIdentity = await ownIdentityIfKnown();
    const decoded = decodeNicEvents(event, { receivedAt, ownIdentity });
    const ours = decoded.filter(({ signal }) => signal.target.kind === "nic");
    await takeIn(
      getClient(context),
      ours.map(({ signal }) => signal),
    );
  },
});

/** Without it our own writes are not recognised; the run they start ends as healthy, so trouble here must stop nothing. */
async function ownIdentityIfKnown(): Promise<{ oid: string | null; appid: string | null } | null> {
  try {
    const azure = await services().azure();
    return await azure.ownIdentity();
  } catch {
    return null;
  }
}
