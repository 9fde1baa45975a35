import { existsSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { aFolder, HostProcess } from "./harness.ts";

const folder = aFolder();
let host: HostProcess;

beforeAll(async () => {
  host = await HostProcess.start(folder.path);
});

afterAll(async () => {
  await host.kill();
  folder.remove();
});

const eventGrid = "/runtime/webhooks/eventgrid?functionName=notify";
const twoMebibytes = "x".repeat(2 * 1024 * 1024);

function anEvent(id: string, fail = false): object {
  return { id, eventType: "Press.Written", data: { file: join(folder.path, "events"), fail } };
}

function seen(): string[] {
  const path = join(folder.path, "events");
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];
}

async function call(name: string, id: string): Promise<unknown> {
  return await (await host.post(`/api/client/${name}/${id}`, null)).json();
}

describe("HTTP functions", () => {
  it("gets method, route parameters, query, headers and body, and answers with its own", async () => {
    const response = await fetch(`${host.url}/api/things/A%20b?q=1%262`, {
      method: "PUT",
      headers: { "x-test": "yes" },
      body: "content",
    });

    expect(response.status).toBe(203);
    expect(response.headers.get("x-method")).toBe("PUT");
    expect(await response.json()).toEqual({
      params: { id: "A b" },
      query: "1&2",
      header: "yes",
      body: "content",
    });
  });

  it("gets an optional route parameter", async () => {
    const response = await fetch(`${host.url}/api/things/1/wheel`);

    expect(await response.json()).toMatchObject({ params: { id: "1", part: "wheel" } });
  });

  it.each([
    ["a path that nothing serves", "GET", "/api/nothing", 404],
    ["a method that the function does not take", "DELETE", "/api/things/1", 404],
    ["a function that throws", "GET", "/api/boom", 500],
    ["a function without an answer's body", "GET", "/api/empty", 204],
  ])("answers %s", async (_, method, path, status) => {
    const response = await fetch(host.url + path, { method });

    expect(response.status).toBe(status);
    expect(await response.text()).not.toContain("secret detail");
  });

  it("says where to look when nothing is served at a path", async () => {
    const response = await fetch(`${host.url}/api/nothing`);

    expect(await response.json()).toEqual({
      error: {
        code: "not-found",
        message: "Nothing is served at this path with this method.",
        problems: [],
        nextStep: "docs/operations.md lists the paths.",
      },
    });
  });

  it("takes a body of 1 MiB", async () => {
    const response = await host.postText("/api/size", "x".repeat(1024 * 1024));

    expect(await response.text()).toBe("1048576");
  });

  it.each(["/api/size", eventGrid, "/durabletask/orchestrators/collect/big"])(
    "refuses a body of 2 MiB at %s and goes on",
    async (path) => {
      const response = await host.postText(path, twoMebibytes);

      expect(response.status).toBe(413);
      expect(await response.json()).toMatchObject({ error: { code: "body-too-large" } });
      expect((await host.postText("/api/size", "abc")).status).toBe(200);
    },
  );

  it("refuses a body of 2 MiB that comes without a length", async () => {
    const response = await fetch(`${host.url}/api/size`, {
      method: "POST",
      body: new Blob([twoMebibytes]).stream(),
      duplex: "half",
    });

    expect(response.status).toBe(413);
  });

  it.each([
    ["another host's name", { host: "remediator.example:80" }],
    ["a page of another origin", { origin: "https://attacker.example" }],
  ])("refuses %s", async (_, headers) => {
    const status = await new Promise((resolve, reject) => {
      const outgoing = request(`${host.url}/api/things/1`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      outgoing.on("error", reject).end();
    });

    expect(status).toBe(403);
  });

  it("keeps idle connections longer than its callers do, so that none closes under a request", async () => {
    const response = await fetch(`${host.url}/api/things/A`);

    const seconds = /timeout=(\d+)/u.exec(response.headers.get("keep-alive") ?? "")?.[1];
    expect(Number(seconds)).toBeGreaterThan(60);
  });

  it("reports requests and the functions' log", () => {
    expect(host.events).toContainEqual({
      kind: "log",
      level: "information",
      name: "thing",
      message: "thing asked for",
    });
    expect(host.events).toContainEqual(
      expect.objectContaining({ kind: "request", method: "GET", path: "/api/boom", status: 500 }),
    );
    expect(host.events).toContainEqual(
      expect.objectContaining({ kind: "trigger", name: "boom", error: "secret detail" }),
    );
  });
});

describe("Event Grid functions", () => {
  it("answers the handshake of the Event Grid schema", async () => {
    const event = {
      ...anEvent("v"),
      eventType: "Microsoft.EventGrid.SubscriptionValidationEvent",
      data: { validationCode: "code-1" },
    };

    const response = await host.postText(eventGrid, JSON.stringify([event]), {
      "aeg-event-type": "SubscriptionValidation",
    });

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ validationResponse: "code-1" });
  });

  it("answers the handshake of CloudEvents", async () => {
    const response = await fetch(host.url + eventGrid, {
      method: "OPTIONS",
      headers: { "webhook-request-origin": "eventgrid.azure.net" },
    });

    expect(response.status).toBe(200);
    expect(response.headers.get("webhook-allowed-origin")).toBe("eventgrid.azure.net");
  });

  it.each([
    ["an array of one", [anEvent("one")], ["one"]],
    ["a batch", [anEvent("two"), anEvent("three")], ["two", "three"]],
    ["a single event", anEvent("four"), ["four"]],
    ["a CloudEvent", { specversion: "1.0", ...anEvent("five"), type: "Press.Written" }, ["five"]],
  ])("hands over each event of %s", async (_, body, ids) => {
    const response = await host.post(eventGrid, body);

    expect(response.status).toBe(202);
    expect(seen()).toEqual(expect.arrayContaining(ids));
  });

  it("finds the function in any letter case", async () => {
    const response = await host.post(eventGrid.replace("notify", "NOTIFY"), [anEvent("case")]);

    expect(response.status).toBe(202);
  });

  it("answers 500 when the function throws for one event, and still hands over the others", async () => {
    const response = await host.post(eventGrid, [anEvent("bad", true), anEvent("good")]);

    expect(response.status).toBe(500);
    expect(seen()).toEqual(expect.arrayContaining(["bad", "good"]));
  });

  it.each([
    ["an unknown function", "/runtime/webhooks/eventgrid?functionName=nobody", "[]", 404],
    ["a function of another kind", "/runtime/webhooks/eventgrid?functionName=size", "[]", 404],
    ["no function", "/runtime/webhooks/eventgrid", "[]", 404],
    ["a body that is not JSON", eventGrid, "{", 400],
    ["an empty array", eventGrid, "[]", 400],
    ["a number", eventGrid, "7", 400],
  ])("refuses %s", async (_, path, body, status) => {
    const response = await host.postText(path, body);

    expect(response.status).toBe(status);
    expect(await response.json()).toHaveProperty("error.message");
  });
});

describe("the library's client", () => {
  it("starts, and learns that the instance runs already", async () => {
    const first = await host.post("/api/start/collect/client-1", 2);
    const second = await host.post("/api/start/collect/client-1", 2);

    expect(await first.json()).toEqual({ started: "client-1" });
    expect(await second.json()).toEqual({
      error: expect.stringMatching(
        /^The operation failed with an unexpected status code: 409\. Details: \{"Message":"An Orchestration instance with the status (?:Running|Pending) already exists\."\}$/u,
      ) as unknown,
    });
  });

  it("raises events, reads the status and lists", async () => {
    await host.post("/api/start/collect/client-2", 1);

    expect(await call("raise", "client-2")).toEqual({ result: null });
    await host.ended("client-2");
    expect(await call("raise", "client-2")).toEqual({ result: null });
    expect(await call("status", "client-2")).toMatchObject({
      result: { runtimeStatus: "Completed", output: [{ from: "client" }], input: 1 },
    });
    for (const list of ["statusAll", "statusBy"]) {
      expect(await call(list, "-")).toMatchObject({
        result: expect.arrayContaining([
          expect.objectContaining({ instanceId: "client-2", runtimeStatus: "Completed" }),
        ]) as unknown,
      });
    }
  });

  it("terminates and purges", async () => {
    await host.post("/api/start/collect/client-3", 1);

    expect(await call("terminate", "client-3")).toEqual({ result: null });
    expect(await host.ended("client-3")).toMatchObject({
      runtimeStatus: "Terminated",
      output: "enough",
    });
    expect(await call("purge", "client-3")).toEqual({ result: { instancesDeleted: 1 } });
    expect(await host.status("client-3")).toBeUndefined();
  });

  it.each([
    ["raise", "No instance with ID 'nope' found."],
    ["terminate", "No instance with ID 'nope' found."],
    ["status", "could not find any data associated with the instanceId provided: nope"],
    ["suspend", "unexpected status code: 501"],
  ])("learns why '%s' cannot be done", async (name, message) => {
    expect(await call(name, "nope")).toEqual({
      error: expect.stringContaining(message) as unknown,
    });
  });

  it("lists only the states and times that it asks for", async () => {
    await host.start("collect", "listed", 1);

    const running = await fetch(`${host.url}/durabletask/instances?runtimeStatus=Running,Pending`);
    const old = await fetch(
      `${host.url}/durabletask/instances?createdTimeTo=2020-01-01T00:00:00.000Z&showInput=false`,
    );

    expect(await running.json()).toContainEqual(expect.objectContaining({ instanceId: "listed" }));
    expect(await old.json()).toEqual([]);
  });
});
