import { getClient } from "durable-functions";

import { type Signal, targetText } from "../../shared/domain/signal.ts";
import { decodeAlert, namesWriter } from "../../shared/signals/alerts.ts";
import { logOf } from "../telemetry/log.ts";
import { jsonBody } from "./http-answers.ts";
import { httpRoute } from "./http-route.ts";
import { ownIdentityIfKnown } from "./own-identity.ts";
import { takeIn } from "./take-in.ts";

/** `POST /api/alerts`: an action group's webhook. No Azure call: Azure Monitor stops calling slow endpoints for 15 min. */
httpRoute("alerts", {
  method: "POST",
  route: "alerts",
  access: "alerts",
  handle: async (request, context) => {
    const receivedAt = new Date().toISOString();
    const body = await jsonBody(request);
    const ownIdentity = namesWriter(body) ? await ownIdentityIfKnown() : null;
    const decoded = decodeAlert(body, { receivedAt, ownIdentity });
    const signals = decoded.map(({ signal }) => signal);
    await takeIn(getClient(context), signals, logOf(context));
    return { status: 202, jsonBody: summary(signals) };
  },
});

function summary(signals: readonly Signal[]): {
  accepted: { target: string; signalId: string }[];
  ignored: { target: string; reason: string }[];
} {
  const accepted: { target: string; signalId: string }[] = [];
  const ignored: { target: string; reason: string }[] = [];
  for (const signal of signals) {
    const target = targetText(signal.target);
    if (signal.state.kind === "ignored") {
      ignored.push({ target, reason: signal.state.reason });
    } else {
      accepted.push({ target, signalId: signal.id });
    }
  }
  return { accepted, ignored };
}
