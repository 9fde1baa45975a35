import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";

import { createDefaultHttpClient, type HttpClient } from "@azure/core-rest-pipeline";
import { expect, it, onTestFinished, vi } from "vitest";
import { z } from "zod";

import { startTelemetry } from "../../../functions/telemetry/open-telemetry.ts";
import { rootPlace } from "../../../functions/telemetry/trace-ids.ts";
import { anIncident } from "../../builders.ts";

const KEY = "7d0c3f52-91be-4a7e-8f16-2b54c9e0a3d8";

const envelopesSchema = z.array(
  z.object({
    iKey: z.string(),
    tags: z.record(z.string(), z.string()),
    data: z.object({
      baseType: z.string(),
      baseData: z.looseObject({
        id: z.string().optional(),
        name: z.string().optional(),
        properties: z.record(z.string(), z.string()).optional(),
        metrics: z.array(z.looseObject({ name: z.string(), value: z.number() })).optional(),
      }),
    }),
  }),
);
type Envelope = z.output<typeof envelopesSchema>[number];

/** An ingestion endpoint of Application Insights: gives its address, and what was sent to it. */
async function anEndpoint(): Promise<{ url: string; envelopes: Envelope[]; paths: string[] }> {
  const envelopes: Envelope[] = [];
  const paths: string[] = [];
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
    const sent = envelopesSchema.parse(JSON.parse(text.toString()));
    paths.push(request.url ?? "");
    envelopes.push(...sent);
    const answer = { itemsReceived: sent.length, itemsAccepted: sent.length, errors: [] };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  }
  const server = createServer((request, response) => {
    void take(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port, not on a pipe
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, envelopes, paths };
}

/** The exporter speaks https only, whatever the connection string says. */
function withoutTls(): HttpClient {
  const plain = createDefaultHttpClient();
  return {
    sendRequest: async (request) =>
      await plain.sendRequest(
        Object.assign(request, {
          url: request.url.replace("https://127.0.0.1", "http://127.0.0.1"),
          allowInsecureConnection: true,
        }),
      ),
  };
}

it("sends an incident to Application Insights as one operation, and its figures as custom metrics", async () => {
  // What the exporter tells its makers about itself is none of this test's business.
  vi.stubEnv("APPLICATION_INSIGHTS_NO_STATSBEAT", "true");
  const { url, envelopes, paths } = await anEndpoint();
  const connectionString = `InstrumentationKey=${KEY};IngestionEndpoint=${url}/`;
  const { traceId, spanId } = rootPlace("incident", "incident-0001");

  const telemetry = await startTelemetry(
    { kind: "applicationInsights", connectionString, identity: null },
    { httpClient: withoutTls() },
  );
  telemetry.activityEnded({
    name: "readAzureFacts",
    incidentId: "incident-0001",
    attempt: 1,
    startedAt: new Date("2026-03-02T08:04:11.000Z"),
    endedAt: new Date("2026-03-02T08:04:12.000Z"),
    failure: null,
  });
  telemetry.incidentClosed(
    anIncident({
      closedAt: "2026-03-02T08:06:40.000Z",
      outcome: { kind: "refused", code: "nsg", message: "m", nextStep: "", remarks: [] },
    }),
  );
  await telemetry.stop();

  const spans = envelopes.filter(({ data }) => data.baseType !== "MetricData");
  expect(paths).toContain("/v2.1/track");
  expect(
    spans.map(({ tags, data: { baseType, baseData } }) => ({
      baseType,
      name: baseData.name,
      operation: tags["ai.operation.id"],
      parent: tags["ai.operation.parentId"],
      role: tags["ai.cloud.role"],
    })),
  ).toEqual([
    {
      baseType: "RemoteDependencyData",
      name: "readAzureFacts",
      operation: traceId,
      parent: spanId,
      role: "static-ip-remediator",
    },
    {
      baseType: "RequestData",
      name: "incident",
      operation: traceId,
      parent: undefined,
      role: "static-ip-remediator",
    },
  ]);
  expect(spans[1]?.data.baseData.id).toBe(spanId);
  const counted = envelopes.find(
    ({ data }) => data.baseData.metrics?.[0]?.name === "remediator.incidents",
  );
  expect(counted?.data.baseData).toMatchObject({
    metrics: [{ value: 1 }],
    properties: { outcome: "refused", code: "nsg", mode: "heal" },
  });
  expect(new Set(envelopes.map(({ iKey }) => iKey))).toEqual(new Set([KEY]));
});
