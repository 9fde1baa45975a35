import type { HttpResponseInit } from "@azure/functions";

import { services } from "../services.ts";

/** 202 for an operator's request that is stored. While runs are paused it says so, since nothing follows for now. */
export function accepted(signalId: string): HttpResponseInit {
  const headers = { Location: `/api/signals/${signalId}` };
  if (!services().settings.paused) {
    return { status: 202, headers, jsonBody: { signalId } };
  }
  const message =
    "The request is stored, and its run waits: runs are paused (REMEDIATOR_PAUSED). It starts within two minutes after the pause.";
  return { status: 202, headers, jsonBody: { signalId, paused: true, message } };
}
