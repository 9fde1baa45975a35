import { Hono } from "hono";
import type { Context } from "hono";
import { z } from "zod";

import type { HostFunction, Registry } from "./registry.ts";
import type { RpcData } from "./rpc.ts";
import type { TriggerRunner } from "./triggers.ts";

/** What a caller is told of an error that is reported elsewhere. */
export function internalError(message: string): Readonly<Record<string, string>> {
  const nextStep = "Look at the host's log for the error; send the request again later.";
  return { code: "internal-error", message, nextStep };
}

const parameterPattern = /\{(\*?)(\w+)(?::[^}?]*)?(\??)\}/gu;
/** Statuses whose answers have no body. */
const bodyless: ReadonlySet<number> = new Set([204, 205, 304]);

const responseSchema = z.object({
  http: z.object({
    statusCode: z.coerce.number().int().min(200).max(599),
    headers: z.record(z.string(), z.string()).default({}),
    body: z
      .object({ bytes: z.instanceof(Uint8Array).optional(), string: z.string().optional() })
      .nullish(),
  }),
});

/**
 * Serves the app's HTTP functions below `/api`. Authorisation levels are not checked: the host listens on loopback only.
 * Unlike on Azure, the fixed parts of a route are matched in the given letter case.
 */
export function httpTriggers(registry: Registry, runner: TriggerRunner): Hono {
  const app = new Hono();
  for (const target of registry.values()) {
    if (target.trigger.kind === "http") {
      const methods = target.trigger.methods.map((method) => method.toUpperCase());
      app.on(
        methods,
        `/api/${toPath(target.trigger.route)}`,
        async (context) => await answer(context, target, runner),
      );
    }
  }
  return app;
}

/** Azure writes `{name}`, `{name:constraint}`, `{name?}` and `{*rest}`. */
function toPath(route: string): string {
  return route.replaceAll(parameterPattern, (_, rest: string, name: string, optional: string) =>
    rest === "*" ? `:${name}{.+}` : `:${name}${optional}`,
  );
}

async function answer(
  context: Context,
  target: HostFunction,
  runner: TriggerRunner,
): Promise<Response> {
  const { req } = context;
  const input: RpcData = {
    http: {
      url: req.url,
      method: req.method,
      headers: req.header(),
      query: req.query(),
      params: z.record(z.string(), z.string()).parse(req.param()),
      body: { bytes: new Uint8Array(await req.arrayBuffer()) },
    },
  };
  try {
    const { returned } = await runner.run(target, input);
    return toResponse(returned);
  } catch {
    // The runner has reported it. As on Azure, the caller learns nothing of it.
    return context.json({ error: internalError("The function failed.") }, 500);
  }
}

function toResponse(returned: RpcData | null | undefined): Response {
  if (returned === null || returned === undefined) {
    return new Response(null, { status: 204 });
  }
  const { statusCode, headers, body } = responseSchema.parse(returned).http;
  const content = body?.bytes ?? body?.string ?? null;
  return new Response(bodyless.has(statusCode) ? null : toBody(content), {
    status: statusCode,
    headers,
  });
}

/** A copy in memory of its own, which is what the types of `Response` ask for. */
function toBody(content: Uint8Array | string | null): Uint8Array<ArrayBuffer> | string | null {
  return content instanceof Uint8Array ? new Uint8Array(content) : content;
}
