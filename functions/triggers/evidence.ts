import type { HttpResponseInit } from "@azure/functions";

import { isEvidenceName } from "../../shared/incidents/evidence-name.ts";
import { services } from "../services.ts";
import { errorAnswer } from "./http-answers.ts";
import { httpRoute } from "./http-route.ts";

/**
 * `GET /api/incidents/{id}/evidence/{name}`: a piece of evidence as it was kept. It is what Windows printed or showed, so
 * no browser may take it for a page of this host.
 */
httpRoute("evidence", {
  method: "GET",
  route: "incidents/{id}/evidence/{name}",
  access: "read",
  handle: async (request) => {
    const { id = "", name = "" } = request.params;
    const evidence = isEvidenceName(name)
      ? await (await services().store()).readEvidence(id, name)
      : undefined;
    return evidence === undefined
      ? notFound(id)
      : { body: evidence.bytes, headers: headersOf(evidence) };
  },
});

function headersOf({
  name,
  contentType,
}: {
  readonly name: string;
  readonly contentType: string;
}): Record<string, string> {
  return {
    "Content-Type": contentType,
    "Content-Disposition": `attachment; filename="${name}"`,
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
  };
}

function notFound(id: string): HttpResponseInit {
  return errorAnswer(404, {
    code: "evidence-not-found",
    message: `There is no such evidence of incident ${id}.`,
    nextStep: `Look at GET /api/incidents/${id} for what there is.`,
  });
}
