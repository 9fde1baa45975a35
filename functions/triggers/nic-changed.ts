import { app } from "@azure/functions";
import { getClient, input } from "durable-functions";

import type { DecodeContext, Decoded } from "../../shared/signals/decoded.ts";
import { decodeNicEvents } from "../../shared/signals/nic-events.ts";
import { services } from "../services.ts";
import { takeIn } from "./take-in.ts";

/** Event Grid: a NIC was written. The events of other resources are dropped without a record: they may be thousands. */
app.eventGrid("nicChanged", {
  extraInputs: [input.durableClient()],
  handler: async (event, context) => {
    const receivedAt = new Date().toISOString();
    if (writesOf(event, { receivedAt, ownIdentity: null }).length === 0) {
      return;
    }
    // Asked for only now: where there is no token, each question takes its time.
    const ours = writesOf(event, { receivedAt, ownIdentity: await ownIdentityIfKnown() });
    await takeIn(
      getClient(context),
      ours.map(({ signal }) => signal),
    );
  },
});

function writesOf(event: unknown, context: DecodeContext): readonly Decoded[] {
  return decodeNicEvents(event, context).filter(({ signal }) => signal.target.kind === "nic");
}

/** Without it our own writes are not recognised; the run they start ends as healthy, so trouble here must stop nothing. */
async function ownIdentityIfKnown(): Promise<{ oid: string | null; appid: string | null } | null> {
  try {
    const azure = await services().azure();
    return await azure.ownIdentity();
  } catch {
    return null;
  }
}
