import { randomUUID } from "node:crypto";

import { Hono } from "hono";
import type { Context } from "hono";

import { listStatus, readStatus } from "./instances.ts";
import type { InstanceFilter, StatusOptions } from "./instances.ts";
import { alreadyThere } from "./journal-writes.ts";
import type { Journal } from "./journal.ts";
import type { Registry } from "./registry.ts";

/** What the Durable HTTP API needs; `wake` tells that there is work. */
export interface DurableApiParts {
  readonly journal: Journal;
  readonly registry: Registry;
  /** Version of instances for which none is asked; null: none. */
  readonly defaultVersion: string | null;
  readonly wake: () => void;
}

const statusCodes = { unknown: 404, running: 202, ended: 410 } as const;

/**
 * The Durable HTTP API as far as the library's client uses it: start, status, list, raise event, terminate, purge of one
 * instance. The rest (suspend, resume, rewind, entities) answers 501.
 */
export function durableApi(parts: DurableApiParts): Hono {
  const app = new Hono();
  app.post("/orchestrators/:name/:id?", async (context) => await start(context, parts));
  app.get("/instances/", (context) => list(context, parts));
  app.get("/instances", (context) => list(context, parts));
  app.get("/instances/:id", (context) => status(context, parts));
  app.post("/instances/:id/raiseEvent/:event", async (context) => await raise(context, parts));
  app.post("/instances/:id/terminate", (context) => terminate(context, parts));
  app.delete("/instances/:id", (context) => purge(context, parts));
  app.all("*", (context) =>
    problem(context, 501, "The local host does not have this part of the Durable HTTP API."),
  );
  return app;
}

async function start(context: Context, parts: DurableApiParts): Promise<Response> {
  const name = context.req.param("name") ?? "";
  const id = context.req.param("id") ?? randomUUID().replaceAll("-", "");
  const inputText = await readJsonText(context, "null");
  if (inputText === undefined) {
    return problem(context, 400, "The body is not JSON.");
  }
  if (parts.registry.get(name)?.trigger.kind !== "orchestration") {
    return problem(context, 400, `The orchestrator function '${name}' doesn't exist.`);
  }
  const version = context.req.query("version") ?? parts.defaultVersion;
  const wanted = { id, name, version, inputText };
  const existing = parts.journal.start(wanted, new Date().toISOString());
  if (existing !== undefined) {
    return problem(context, 409, alreadyThere(existing.status));
  }
  parts.wake();
  return context.json(managementUrls(new URL(context.req.url).origin, id), 202);
}

function status(context: Context, { journal }: DurableApiParts): Response {
  const found = readStatus(journal, context.req.param("id") ?? "", statusOptions(context));
  if (found === undefined) {
    return context.body(null, 404);
  }
  const live = found.runtimeStatus === "Pending" || found.runtimeStatus === "Running";
  return context.json(found, live ? 202 : 200);
}

function list(context: Context, { journal }: DurableApiParts): Response {
  return context.json(listStatus(journal, instanceFilter(context), statusOptions(context)));
}

function statusOptions(context: Context): StatusOptions {
  return {
    showInput: context.req.query("showInput")?.toLowerCase() !== "false",
    showHistory: context.req.query("showHistory")?.toLowerCase() === "true",
  };
}

function instanceFilter(context: Context): InstanceFilter {
  const { runtimeStatus, createdTimeFrom, createdTimeTo } = context.req.query();
  return {
    ...(runtimeStatus === undefined ? {} : { runtimeStatus: runtimeStatus.split(",") }),
    ...(createdTimeFrom === undefined ? {} : { createdFrom: Date.parse(createdTimeFrom) }),
    ...(createdTimeTo === undefined ? {} : { createdTo: Date.parse(createdTimeTo) }),
  };
}

async function raise(context: Context, { journal, wake }: DurableApiParts): Promise<Response> {
  const id = context.req.param("id") ?? "";
  const inputText = await readJsonText(context, "");
  if (inputText === undefined) {
    return problem(context, 400, "The body is not JSON.");
  }
  const found = journal.raise(
    id,
    { name: context.req.param("event") ?? "", inputText },
    new Date().toISOString(),
  );
  wake();
  return context.body(null, statusCodes[found]);
}

function terminate(context: Context, { journal }: DurableApiParts): Response {
  const reason = context.req.query("reason") ?? "";
  const found = journal.terminate(context.req.param("id") ?? "", reason, new Date().toISOString());
  return context.body(null, statusCodes[found]);
}

function purge(context: Context, { journal }: DurableApiParts): Response {
  const found = journal.purge(context.req.param("id") ?? "");
  return context.json(
    { instancesDeleted: found === "ended" ? 1 : 0 },
    found === "unknown" ? 404 : 200,
  );
}

async function readJsonText(context: Context, whenEmpty: string): Promise<string | undefined> {
  const text = await context.req.text();
  if (text.trim() === "") {
    return whenEmpty;
  }
  try {
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}

function problem(context: Context, code: 400 | 409 | 501, message: string): Response {
  return context.json({ Message: message }, code);
}

/** Path of the API on a real host, as its callers outside see it. */
export const publicDurablePath = "/runtime/webhooks/durabletask";
/** Path of the API on a real host for its own worker. */
export const workerDurablePath = "/durabletask";

/** The addresses at which an instance can be watched and steered. */
function managementUrls(origin: string, id: string): Record<string, string> {
  const base = `${origin}${publicDurablePath}/instances/${encodeURIComponent(id)}`;
  return {
    id,
    statusQueryGetUri: base,
    sendEventPostUri: `${base}/raiseEvent/{eventName}`,
    terminatePostUri: `${base}/terminate?reason={text}`,
    purgeHistoryDeleteUri: base,
  };
}

/** What a Durable client binding holds; the library checks that these fields are there. */
export function clientData(origin: string): object {
  return {
    taskHubName: "local",
    creationUrls: {
      createNewInstancePostUri: `${origin}${publicDurablePath}/orchestrators/{functionName}[/{instanceId}]`,
    },
    managementUrls: managementUrls(origin, "INSTANCEID"),
    baseUrl: `${origin}${publicDurablePath}`,
    requiredQueryStringParameters: "",
    rpcBaseUrl: `${origin}${workerDurablePath}/`,
  };
}
