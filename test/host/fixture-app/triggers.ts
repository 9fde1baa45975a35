import { appendFileSync } from "node:fs";

import { app as functions } from "@azure/functions";
import type { EventGridEvent } from "@azure/functions";
import { app } from "durable-functions";

functions.hook.appTerminate(() => {
  throw new Error("the app's last word");
});

functions.http("thing", {
  route: "things/{id}/{part?}",
  methods: ["GET", "PUT"],
  handler: async (request, context) => {
    context.log("thing asked for");
    return {
      status: 203,
      headers: { "x-method": request.method },
      jsonBody: {
        params: request.params,
        query: request.query.get("q"),
        header: request.headers.get("x-test"),
        body: await request.text(),
      },
    };
  },
});

functions.http("size", {
  methods: ["POST"],
  handler: async (request) => ({ body: String((await request.arrayBuffer()).byteLength) }),
});

functions.http("empty", { methods: ["GET"], handler: () => ({ status: 204, body: "dropped" }) });

functions.http("boom", {
  methods: ["GET"],
  handler: () => {
    throw new Error("secret detail");
  },
});

/** Starts an orchestration through the library's own client. */
app.client.http("start", {
  route: "start/{name}/{id}",
  methods: ["POST"],
  handler: async (request, client) => {
    const { name = "", id = "" } = request.params;
    try {
      const input: unknown = await request.json();
      return { jsonBody: { started: await client.startNew(name, { instanceId: id, input }) } };
    } catch (error) {
      return { status: 418, jsonBody: { error: error instanceof Error ? error.message : "" } };
    }
  },
});

/** Uses each call of the library's client that the host serves. */
app.client.http("client", {
  route: "client/{call}/{id}",
  methods: ["POST"],
  handler: async (request, client) => {
    const { call = "", id = "" } = request.params;
    const calls: Record<string, () => Promise<unknown>> = {
      raise: async () => await client.raiseEvent(id, "Note", { from: "client" }),
      status: async () => await client.getStatus(id),
      statusBy: async () => await client.getStatusBy({ runtimeStatus: [] }),
      statusAll: async () => await client.getStatusAll(),
      terminate: async () => await client.terminate(id, "enough"),
      purge: async () => await client.purgeInstanceHistory(id),
      suspend: async () => await client.suspend(id, "wait"),
    };
    try {
      return { jsonBody: { result: (await calls[call]?.()) ?? null } };
    } catch (error) {
      return { jsonBody: { error: error instanceof Error ? error.message : "" } };
    }
  },
});

functions.eventGrid("notify", {
  handler: (event: EventGridEvent & { readonly data: { file: string; fail?: boolean } }) => {
    appendFileSync(event.data.file, `${event.id}\n`);
    if (event.data.fail === true) {
      throw new Error("cannot take it");
    }
  },
});

functions.timer("tick", {
  schedule: "* * * * * *",
  handler: (timer, context) => {
    context.log(`tick ${timer.isPastDue}`);
  },
});

functions.timer("yearly", {
  schedule: "0 0 0 1 1 *",
  handler: (_timer, context) => {
    context.log("a year has gone");
  },
});
