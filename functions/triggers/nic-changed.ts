import { app } from "@azure/functions";
import { getClient, input } from "durable-functions";

import type { DecodeContext, Decoded } from "../../shared/signals/decoded.ts";
import { decodeNicEvents } from "../../shared/signals/nic-events.ts";
import { logOf } from "../telemetry/log.ts";
import { ownIdentityIfKnown } from "./own-identity.ts";
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
      logOf(context),
    );
  },
});

function writesOf(event: unknown, context: DecodeContext): readonly Decoded[] {
  return decodeNicEvents(event, context).filter(({ signal }) => signal.target.kind === "nic");
}
