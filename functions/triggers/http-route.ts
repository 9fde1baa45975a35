import {
  app,
  type HttpRequest,
  type HttpResponseInit,
  type InvocationContext,
} from "@azure/functions";
import { input } from "durable-functions";

import { services } from "../services.ts";
import { logOf } from "../telemetry/log.ts";
import { admit, type Access } from "./admission.ts";
import { answering, errorAnswer } from "./http-answers.ts";

/** An HTTP endpoint below `/api`. */
export interface HttpRoute {
  readonly method: "GET" | "POST";
  /** For example `incidents/{id}`. */
  readonly route: string;
  /** What a caller needs to be let do. */
  readonly access: Access;
  readonly handle: (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit>;
}

/** Not 500: Azure Monitor sends an alert again after a 503, and never after a 500. */
const FAILED: HttpResponseInit = errorAnswer(503, {
  code: "unexpected-error",
  message: "The request could not be handled.",
  nextStep: "Send it again in a minute; if it goes on, look at the log for SIR402.",
});

/**
 * Registers an endpoint: whoever calls it is known, may do so, and does not call too often before its handler runs; what
 * the handler throws becomes an answer. The only place that registers one, and a test keeps it so.
 */
export function httpRoute(name: string, { method, route, access, handle }: HttpRoute): void {
  app.http(name, {
    methods: [method],
    route,
    authLevel: authLevel(),
    extraInputs: [input.durableClient()],
    handler: async (request, context) => {
      const tell = logOf(context);
      try {
        return await answering(async () => {
          const admission = await admit(request, { name, access });
          if (admission.kind === "admitted") {
            return await handle(request, context);
          }
          if (admission.check !== "rate") {
            tell("requestRefused", { route: name, check: admission.check });
          }
          return admission.answer;
        });
      } catch (error) {
        const message = error instanceof Error ? error.message : "something that is no error";
        tell("requestFailed", { route: name, message });
        return FAILED;
      }
    },
  });
}

/** Who checks callers: this program their tokens, or the host their keys. With wrong settings nobody without a key learns of it. */
function authLevel(): "anonymous" | "function" {
  try {
    return services().settings.authentication.kind === "entra" ? "anonymous" : "function";
  } catch {
    return "function";
  }
}
