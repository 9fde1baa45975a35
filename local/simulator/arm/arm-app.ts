import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import type { Context } from "hono";

import { logged } from "../activity/activity-log.ts";
import { passGate } from "../faults/gate.ts";
import type { Departure } from "../faults/gate.ts";
import type { Simulation } from "../simulation.ts";
import { subscriptionOf } from "../world/subscriptions.ts";
import { requireApiVersion, requireScope } from "./arm-call.ts";
import type { ArmCall, ArmRoute } from "./arm-call.ts";
import { ArmError } from "./arm-error.ts";
import { ARM_ROUTES } from "./arm-routes.ts";
import { readIdentity } from "./identity.ts";
import { requireUnlocked } from "./locks.ts";
import type { Reply } from "./reply.ts";
import { requireRights } from "./rights.ts";
import type { NeededRights } from "./rights.ts";
import type { CountedRequest } from "./throttle.ts";

/** The environment of simulated Azure's web applications. */
export interface WebEnvironment {
  Bindings: HttpBindings;
}

const UNKNOWN: Omit<ArmRoute, "method" | "path"> = {
  operation: "unknown",
  action: null,
  handle: ({ name }) => {
    throw new ArmError(404, "InvalidResourceType", `Simulated Azure does not know '${name}'.`);
  },
};

/** Makes the part that answers like Azure Resource Manager; its paths match in any letter case. */
export function makeArmApp(simulation: Simulation): Hono<WebEnvironment> {
  const app = new Hono<WebEnvironment>({ getPath: (request) => lowerPath(request.url) });
  for (const route of ARM_ROUTES) {
    app.on(route.method, route.path, async (context) => await serve(simulation, route, context));
  }
  app.notFound(async (context) => await serve(simulation, UNKNOWN, context));
  return app;
}

function lowerPath(url: string): string {
  const path = new URL(url).pathname.toLowerCase();
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

async function serve(
  everything: Simulation,
  route: Omit<ArmRoute, "method" | "path">,
  context: Context<WebEnvironment>,
): Promise<Response> {
  const url = new URL(context.req.url);
  const simulation = subscriptionOf(everything, url.pathname);
  const name = resourceName(context, url.pathname);
  const content = readContent(await context.req.text());
  const ifMatch = context.req.header("If-Match") ?? null;
  const arrival = {
    operation: route.operation,
    method: context.req.method,
    path: url.pathname,
    vm: route.vm?.(simulation, name, content.body) ?? null,
    script: route.script?.(simulation, name, content.body) ?? null,
    ifMatch,
    needs: { action: route.action, linked: route.linked?.(content.body) ?? [] },
    clientGone: closed(context),
  };
  const departure = await passGate(simulation, arrival, (faults): Reply => {
    const authorization = context.req.header("Authorization");
    const call = { simulation, name, path: url.pathname, query: url.searchParams, ifMatch, faults };
    return answer(route, call, { arrival, authorization, content });
  });
  return leave(simulation, context, departure);
}

interface Sent {
  readonly arrival: CountedRequest & { readonly needs: NeededRights };
  readonly authorization: string | undefined;
  readonly content: Content;
}

/** Tests what every request needs, then lets its handler answer. */
function answer(
  route: Pick<ArmRoute, "handle" | "action">,
  call: Omit<ArmCall, "caller" | "body">,
  sent: Sent,
): Reply {
  const caller = readIdentity(sent.authorization);
  requireApiVersion(call.query, call.path);
  requireScope(call.simulation, call.path);
  if (!sent.content.valid) {
    throw new ArmError(
      400,
      "InvalidRequestContent",
      "The request content was invalid and could not be deserialized.",
    );
  }
  const toll = call.simulation.throttle.take(sent.arrival);
  if (toll.kind === "refused") {
    return toll.reply;
  }
  const { allows, world } = call.simulation;
  requireRights(
    (who, action) => allows(who, action, world.noRole),
    caller,
    call.path,
    sent.arrival.needs,
  );
  requireUnlocked(call.simulation.world, sent.arrival.method, call.path);
  const request = { ...call, caller, method: sent.arrival.method, action: route.action };
  const reply = logged(request, () => route.handle({ ...call, caller, body: sent.content.body }));
  return { ...reply, headers: { ...toll.headers, ...reply.headers } };
}

/** The last part of the path as the caller spelled it, actions such as `runCommand` left out. */
function resourceName(context: Context<WebEnvironment>, path: string): string {
  const lower = context.req.param("name");
  const parts = path.split("/").map((part) => decodeURIComponent(part));
  return parts.findLast((part) => part.toLowerCase() === lower) ?? path;
}

interface Content {
  readonly valid: boolean;
  readonly body: unknown;
}

function readContent(text: string): Content {
  if (text === "") {
    return { valid: true, body: null };
  }
  try {
    return { valid: true, body: JSON.parse(text) };
  } catch {
    return { valid: false, body: null };
  }
}

async function closed(context: Context<WebEnvironment>): Promise<void> {
  const { outgoing } = context.env;
  await new Promise<void>((resolve) => {
    outgoing.once("close", resolve);
  });
}

function leave(
  simulation: Simulation,
  context: Context<WebEnvironment>,
  departure: Departure,
): Response {
  if (departure.kind === "break") {
    context.env.outgoing.destroy();
    return RESPONSE_ALREADY_SENT;
  }
  if (departure.kind === "hang") {
    return RESPONSE_ALREADY_SENT;
  }
  const { status, body, headers } = departure.reply;
  const id = simulation.random.guid();
  return new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: {
      ...(body === undefined ? {} : { "Content-Type": "application/json; charset=utf-8" }),
      "Cache-Control": "no-cache",
      "x-ms-request-id": id,
      "x-ms-correlation-request-id": id,
      ...headers,
    },
  });
}
