import { createServer } from "node:http";
import type { IncomingHttpHeaders } from "node:http";

import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";

import { issueToken } from "../../local/simulator/arm/identity.ts";
import { addFault, admin, aFleet, arm, simulate } from "./harness.ts";

interface Received {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** What it answers to notifications, one after the other; then 200. */
  readonly statuses: number[];
}

const addressInfo = z.object({ port: z.number() });
const validation = z.tuple([z.object({ data: z.object({ validationCode: z.string() }) })]);

/** An endpoint as somebody would write it who knows Event Grid's documentation. */
async function aReceiver(options: { validates?: boolean } = {}): Promise<Receiver> {
  const received: Received[] = [];
  const statuses: number[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      const body: unknown = text === "" ? null : JSON.parse(text);
      received.push({ method: request.method ?? "", headers: request.headers, body });
      if (request.method === "OPTIONS") {
        response.setHeader("WebHook-Allowed-Origin", "eventgrid.azure.net");
      }
      if (request.headers["aeg-event-type"] === "SubscriptionValidation") {
        const code = validation.parse(body)[0].data.validationCode;
        response.end(
          JSON.stringify({ validationResponse: options.validates === false ? "" : code }),
        );
        return;
      }
      response.statusCode = request.method === "POST" ? (statuses.shift() ?? 200) : 200;
      response.end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = addressInfo.parse(server.address());
  return { url: `http://127.0.0.1:${port}/hook?a=b`, received, statuses };
}

/** Waits until that many came. */
async function count(receiver: Receiver, wanted: number): Promise<void> {
  await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(wanted);
}

const NIC = "providers/Microsoft.Network/networkInterfaces/nic-good-01";

describe("Event Grid", () => {
  it("proves the address first, then tells of a NIC write and who did it", async () => {
    const simulator = await simulate();
    const receiver = await aReceiver();
    const subscribed = await admin(simulator, "/subscriptions", {
      body: { kind: "eventGrid", url: receiver.url },
    });
    const nic = (await arm(simulator, NIC)).body;
    const token = issueToken({ oid: "oid-of-ann", appid: "app-of-ann" }, "tenant");

    await arm(simulator, NIC, {
      method: "PUT",
      body: nic,
      headers: { Authorization: `Bearer ${token}` },
    });
    await count(receiver, 2);

    expect(subscribed.status).toBe(201);
    expect(receiver.received[1]?.headers["aeg-event-type"]).toBe("Notification");
    expect(receiver.received[1]?.body).toMatchObject([
      {
        eventType: "Microsoft.Resources.ResourceWriteSuccess",
        subject: expect.stringMatching(/\/resourcegroups\/rg-fleet\/.*\/nic-good-01$/u) as unknown,
        data: {
          operationName: "Microsoft.Network/networkInterfaces/write",
          resourceProvider: "Microsoft.Network",
          resourceUri: expect.stringContaining("nic-good-01") as unknown,
          claims: {
            appid: "app-of-ann",
            "http://schemas.microsoft.com/identity/claims/objectidentifier": "oid-of-ann",
          },
          authorization: { action: "Microsoft.Network/networkInterfaces/write" },
          status: "Succeeded",
        },
      },
    ]);
  });

  it("delivers CloudEvents one by one after their own handshake", async () => {
    const simulator = await simulate();
    const receiver = await aReceiver();
    await admin(simulator, "/subscriptions", {
      body: { kind: "eventGrid", url: receiver.url, schema: "cloudEvents" },
    });

    await admin(simulator, "/nics/nic-good-01", { body: {} });
    await count(receiver, 2);

    expect(receiver.received[0]).toMatchObject({
      method: "OPTIONS",
      headers: { "webhook-request-origin": "eventgrid.azure.net" },
    });
    expect(receiver.received[1]).toMatchObject({
      headers: { "content-type": "application/cloudevents+json; charset=utf-8" },
      body: { specversion: "1.0", type: "Microsoft.Resources.ResourceWriteSuccess" },
    });
  });

  it("lets an event that is late be overtaken, and repeats one, where the scenario says so", async () => {
    const simulator = await simulate(
      aFleet({
        deliveries: [
          { of: "eventGrid", nth: 1, delaySeconds: 0.6 },
          { of: "eventGrid", nth: 2, copies: 2, apartSeconds: 0.1 },
        ],
      }),
    );
    const receiver = await aReceiver();
    await admin(simulator, "/subscriptions", { body: { kind: "eventGrid", url: receiver.url } });

    await admin(simulator, "/nics/nic-bad-01", { body: {} });
    await admin(simulator, "/nics/nic-good-01", { body: {} });
    await count(receiver, 4);

    const told = receiver.received.slice(1).map(({ body }) => JSON.stringify(body));
    expect(told.map((text) => /nic-(?:bad|good)-01/u.exec(text)?.[0])).toEqual([
      "nic-good-01",
      "nic-good-01",
      "nic-bad-01",
    ]);
    expect(told[0]).toBe(told[1]);
  });

  it("does not subscribe an address that fails the handshake", async () => {
    const simulator = await simulate();
    const receiver = await aReceiver({ validates: false });

    const answer = await admin(simulator, "/subscriptions", {
      body: { kind: "eventGrid", url: receiver.url },
    });

    expect(answer.status).toBe(400);
    expect((await admin(simulator, "/subscriptions")).body).toMatchObject({ subscriptions: [] });
  });

  it("refuses an address which is not on this machine", async () => {
    const simulator = await simulate();

    const answer = await admin(simulator, "/subscriptions", {
      body: { kind: "alerts", url: "http://192.0.2.1/hook" },
    });

    expect(answer.status).toBe(400);
  });

  it("delivers the same event again after a 503, and not after a 400", async () => {
    const simulator = await simulate();
    const receiver = await aReceiver();
    receiver.statuses.push(503, 200, 400);
    await admin(simulator, "/subscriptions", { body: { kind: "eventGrid", url: receiver.url } });

    await admin(simulator, "/nics/nic-good-01", { body: {} });
    await count(receiver, 3);
    await admin(simulator, "/nics/nic-good-01", { body: {} });
    await count(receiver, 4);
    await admin(simulator, "/nics/nic-good-01", { body: {} });
    await count(receiver, 5);

    expect(receiver.received[1]?.body).toEqual(receiver.received[2]?.body);
    expect(receiver.received[2]?.headers["aeg-delivery-count"]).toBe("1");
    const attempts = z
      .object({ deliveries: z.array(z.object({ attempt: z.number(), result: z.number() })) })
      .parse((await admin(simulator, "/subscriptions")).body).deliveries;
    expect(attempts.map(({ attempt, result }) => [attempt, result])).toEqual([
      [1, 503],
      [2, 200],
      [1, 400],
      [1, 200],
    ]);
  });

  it("delivers as many copies as asked for", async () => {
    const simulator = await simulate();
    const receiver = await aReceiver();
    await admin(simulator, "/subscriptions", {
      body: { kind: "eventGrid", url: receiver.url, copies: 3 },
    });

    await admin(simulator, "/nics/nic-good-01", { body: {} });
    await count(receiver, 4);

    expect(new Set(receiver.received.slice(1).map(({ body }) => JSON.stringify(body))).size).toBe(
      1,
    );
  });

  it("says nothing of a NIC write that was refused", async () => {
    const simulator = await simulate();
    const receiver = await aReceiver();
    await admin(simulator, "/subscriptions", { body: { kind: "eventGrid", url: receiver.url } });
    await addFault(simulator, { kind: "error", operation: "nic.put" });
    const nic = (await arm(simulator, NIC)).body;

    await arm(simulator, NIC, { method: "PUT", body: nic });
    await admin(simulator, "/nics/nic-bad-01", { body: {} });
    await count(receiver, 2);

    expect(JSON.stringify(receiver.received[1]?.body)).toContain("nic-bad-01");
  });
});

describe("an alert", () => {
  it("of a connection monitor names the VM only in its dimensions", async () => {
    const simulator = await simulate();
    const receiver = await aReceiver();
    await admin(simulator, "/subscriptions", { body: { kind: "alerts", url: receiver.url } });

    const sent = await admin(simulator, "/alerts", { body: { vm: "vm-bad-01" } });
    await count(receiver, 1);

    expect(sent.status).toBe(202);
    expect(receiver.received[0]?.headers["aeg-event-type"]).toBeUndefined();
    expect(receiver.received[0]?.body).toMatchObject({
      schemaId: "azureMonitorCommonAlertSchema",
      data: {
        essentials: {
          monitorCondition: "Fired",
          signalType: "Metric",
          alertTargetIDs: [
            expect.stringMatching(/networkwatchers\/.*\/connectionmonitors\/[^/]+$/u) as unknown,
          ],
        },
        alertContext: {
          condition: {
            allOf: [
              {
                threshold: "50",
                metricValue: 100,
                dimensions: expect.arrayContaining([
                  { name: "DestinationAddress", value: "10.40.1.4" },
                  {
                    name: "DestinationResourceId",
                    value: `/subscriptions/${simulator.subscriptionId}/resourceGroups/rg-fleet/providers/Microsoft.Compute/virtualMachines/vm-bad-01`,
                  },
                ]) as unknown,
              },
            ],
          },
        },
      },
    });
  });

  it("of the VM's own metric names it as its target, and can be resolved", async () => {
    const simulator = await simulate();
    const receiver = await aReceiver();
    await admin(simulator, "/subscriptions", { body: { kind: "alerts", url: receiver.url } });

    await admin(simulator, "/alerts", {
      body: { vm: "VM-Bad-01", kind: "heartbeat", condition: "Resolved", copies: 2 },
    });
    await count(receiver, 2);

    expect(receiver.received[0]?.body).toMatchObject({
      data: {
        essentials: {
          monitorCondition: "Resolved",
          resolvedDateTime: expect.any(String) as unknown,
          alertTargetIDs: [expect.stringMatching(/virtualmachines\/vm-bad-01$/u) as unknown],
        },
      },
    });
  });

  it("can come as an event of a custom topic", async () => {
    const simulator = await simulate();
    const receiver = await aReceiver();
    await admin(simulator, "/subscriptions", {
      body: { kind: "alerts", url: receiver.url, schema: "eventGrid" },
    });

    await admin(simulator, "/alerts", { body: { vm: "vm-bad-01" } });
    await count(receiver, 2);

    expect(receiver.received[1]?.body).toMatchObject([
      { data: { schemaId: "azureMonitorCommonAlertSchema" } },
    ]);
  });

  it("planned by the scenario comes to the first address for alerts", async () => {
    const simulator = await simulate(aFleet({ alerts: [{ vm: "vm-bad-01" }] }));
    const receiver = await aReceiver();

    await admin(simulator, "/subscriptions", { body: { kind: "alerts", url: receiver.url } });

    await count(receiver, 1);
    expect(JSON.stringify(receiver.received[0]?.body)).toContain("vm-bad-01");
  });

  it("for an unknown VM is refused", async () => {
    const simulator = await simulate();

    expect((await admin(simulator, "/alerts", { body: { vm: "vm-none" } })).status).toBe(404);
  });
});
