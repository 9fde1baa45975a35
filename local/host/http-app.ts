import { Hono } from "hono";
import type { Context, MiddlewareHandler } from "hono";

import { adminApi } from "./admin-api.ts";
import { durableApi, publicDurablePath, workerDurablePath } from "./durable-api.ts";
import { eventGridTriggers } from "./event-grid.ts";
import { shortError } from "./host-events.ts";
import type { Emit } from "./host-events.ts";
import { httpTriggers, internalError } from "./http-triggers.ts";
import type { Journal } from "./journal.ts";
import type { Registry } from "./registry.ts";
import type { TriggerRunner } from "./triggers.ts";

/** What the host's HTTP side needs. */
export interface HttpAppParts {
  readonly registry: Registry;
  readonly runner: TriggerRunner;
  readonly journal: Journal;
  readonly defaultVersion: string | null;
  readonly emit: Emit;
  /** Tells that an orchestration has work. */
  readonly wake: () => void;
  readonly isStopping: () => boolean;
}

/** In bytes. Event Grid sends at most 1 MiB at once, and nothing else that the host serves is larger. */
const maxBodyBytes = 1_572_864;
/** Beyond it a caller is cut off. In bytes. */
const maxDroppedBytes = 67_108_864;
const loopbackHosts: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Everything that the host serves. A stopping host takes no more triggers, but those under way may use the Durable API. */
export function createHttpApp(parts: HttpAppParts): Hono {
  const app = new Hono();
  app.use(report(parts.emit));
  app.use(
    refuseUnless(isFromLoopback, 403, {
      code: "not-loopback",
      message: "Only this machine's own programs may ask.",
      nextStep: "Ask from this machine, or through a proxy on it that knows its callers.",
    }),
  );
  app.use(limitBody());
  const durable = durableApi(parts);
  app.route(workerDurablePath, durable);
  app.route(publicDurablePath, durable);
  app.use(
    refuseUnless(() => !parts.isStopping(), 503, {
      code: "stopping",
      message: "The host is stopping.",
      nextStep: "Send the request again once the host has been started again.",
    }),
  );
  app.route("/", eventGridTriggers(parts.registry, parts.runner));
  app.route("/", adminApi(parts.registry, parts.runner));
  app.route("/", httpTriggers(parts.registry, parts.runner));
  app.onError((error, context) => {
    parts.emit({ kind: "fault", error: shortError(error) });
    return context.json({ error: internalError("The host failed.") }, 500);
  });
  app.notFound((context) => {
    // As on Azure also for a method that the function does not take.
    const message = "Nothing is served at this path with this method.";
    const nextStep = "docs/operations.md lists the paths.";
    return context.json({ error: { code: "not-found", message, problems: [], nextStep } }, 404);
  });
  return app;
}

function report(emit: Emit): MiddlewareHandler {
  return async (context, next) => {
    const begun = performance.now();
    await next();
    const { method, path } = context.req;
    const durationMs = performance.now() - begun;
    emit({ kind: "request", method, path, status: context.res.status, durationMs });
  };
}

function refuseUnless(
  holds: (context: Context) => boolean,
  status: 403 | 503,
  error: { readonly code: string; readonly message: string; readonly nextStep: string },
): MiddlewareHandler {
  return async (context, next) => (holds(context) ? await next() : context.json({ error }, status));
}

function limitBody(): MiddlewareHandler {
  const message = `The body is larger than ${maxBodyBytes} bytes.`;
  const nextStep = "Send less at once.";
  return async (context, next) => {
    const { raw } = context.req;
    if (raw.body !== null) {
      const body = await readBody(raw.body);
      if (body === undefined) {
        const error = { code: "body-too-large", message, problems: [message], nextStep };
        return context.json({ error }, 413);
      }
      context.req.raw = new Request(raw, { method: raw.method, body });
    }
    return await next();
  };
}

/**
 * Reads a body; undefined if it is too large. The rest of a large one is read and dropped, since a caller that is still
 * sending would see a broken connection instead of the answer.
 */
async function readBody(
  body: ReadableStream<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size <= maxBodyBytes) {
      chunks.push(chunk);
    } else if (size > maxDroppedBytes) {
      break;
    }
  }
  return size > maxBodyBytes ? undefined : new Uint8Array(Buffer.concat(chunks));
}

/**
 * Whether a request may come from this machine's own programs: it names a loopback host, and no page of another origin
 * sent it. The host checks no keys, so a web page open in a browser on this machine must not reach it.
 */
function isFromLoopback(context: Context): boolean {
  const origin = context.req.header("origin");
  return (
    loopbackHosts.has(new URL(context.req.url).hostname) &&
    (origin === undefined || isLoopbackOrigin(origin))
  );
}

function isLoopbackOrigin(origin: string): boolean {
  return URL.canParse(origin) && loopbackHosts.has(new URL(origin).hostname);
}
