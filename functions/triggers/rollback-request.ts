import { randomUUID } from "node:crypto";

import { getClient } from "durable-functions";

import { decodeRollbackRequest, rollbackSignal } from "../../shared/signals/rollback-request.ts";
import { services } from "../services.ts";
import { logOf } from "../telemetry/log.ts";
import { accepted } from "./accepted.ts";
import { errorAnswer, jsonBody } from "./http-answers.ts";
import { httpRoute } from "./http-route.ts";
import { takeIn } from "./take-in.ts";

/** `POST /api/incidents/{id}/rollback`: an operator wants an incident's changes taken back. */
httpRoute("rollback", {
  method: "POST",
  route: "incidents/{id}/rollback",
  access: "operate",
  handle: async (request, context) => {
    const asked = decodeRollbackRequest(await jsonBody(request));
    const id = request.params["id"] ?? "";
    const incident = await (await services().store()).getIncident(id);
    if (incident === undefined) {
      return errorAnswer(404, {
        code: "incident-not-found",
        message: `There is no incident ${id}.`,
        nextStep: "Look at GET /api/incidents for what there is.",
      });
    }
    if (incident.closedAt === null) {
      return errorAnswer(409, {
        code: "incident-open",
        message: `Incident ${id} has not ended yet.`,
        nextStep: "Wait until it has ended; then ask again.",
      });
    }
    const receivedAt = new Date().toISOString();
    const signal = rollbackSignal(incident, asked, { id: `sig-${randomUUID()}`, receivedAt });
    await takeIn(getClient(context), [signal], logOf(context));
    return accepted(signal.id);
  },
});
