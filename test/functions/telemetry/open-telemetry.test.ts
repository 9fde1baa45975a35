import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";
import { promisify } from "node:util";

import { expect, it, onTestFinished, vi } from "vitest";

import { startTelemetry } from "../../../functions/telemetry/open-telemetry.ts";
import type { EndedActivity, Telemetry } from "../../../functions/telemetry/telemetry.ts";
import { rootPlace } from "../../../functions/telemetry/trace-ids.ts";
import { watchedStore } from "../../../functions/telemetry/watched-store.ts";
import type { Incident } from "../../../shared/domain/incident.ts";
import type { IncidentStore } from "../../../shared/incidents/store.ts";
import { anIncident, aSignal, NIC_ID, VM_ID } from "../../builders.ts";
import { aStore } from "../activities/a-store.ts";
import { Collector } from "./collector.ts";

const ROOT = rootPlace("incident", "incident-0001");
const SIGNAL = rootPlace("signal", "alert-0001");

const HEALED = {
  closedAt: "2026-03-02T08:06:40.000Z",
  provenAt: "2026-03-02T08:05:40.000Z",
  outcome: {
    kind: "healed",
    code: "guest-dhcp",
    message: "Windows is back on DHCP.",
    nextStep: "",
    remarks: [],
  },
  steps: [
    {
      name: "guestSwitch",
      startedAt: "2026-03-02T08:05:00.000Z",
      endedAt: "2026-03-02T08:05:30.000Z",
      state: "done",
      detail: null,
    },
  ],
} as const satisfies Partial<Incident>;

function anActivity(overrides: Partial<EndedActivity> = {}): EndedActivity {
  return {
    name: "probe",
    incidentId: "incident-0001",
    attempt: 1,
    startedAt: new Date("2026-03-02T08:04:11.000Z"),
    endedAt: new Date("2026-03-02T08:04:12.250Z"),
    failure: null,
    ...overrides,
  };
}

async function aCollector(): Promise<Collector> {
  const collector = await Collector.start();
  onTestFinished(async () => {
    await collector.close();
  });
  return collector;
}

async function told(collector: Collector, tell: (telemetry: Telemetry) => unknown): Promise<void> {
  const telemetry = await startTelemetry({ kind: "otlp", endpoint: collector.url });
  await tell(telemetry);
  await telemetry.stop();
}

async function withStore(
  collector: Collector,
  work: (store: IncidentStore) => Promise<unknown>,
): Promise<void> {
  const store = await aStore();
  await told(collector, async (telemetry) => {
    await work(watchedStore(store, telemetry));
  });
}

/** Gives the address at which a server listens until the test ends. */
async function listening(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port, not on a pipe
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

it("puts what several processes do for an incident into one trace, under a root that is made at its end", async () => {
  const collector = await aCollector();

  await told(collector, (telemetry) => {
    telemetry.activityEnded(anActivity({ failure: "throttled" }));
  });
  await told(collector, (telemetry) => {
    telemetry.activityEnded(anActivity({ attempt: 2 }));
    telemetry.incidentClosed(anIncident(HEALED));
  });

  expect(collector.spans).toMatchObject([
    {
      name: "probe",
      traceId: ROOT.traceId,
      parentSpanId: ROOT.spanId,
      endTimeUnixNano: Date.parse("2026-03-02T08:04:12.250Z"),
      attributes: { "remediator.attempt": 1, "remediator.failure.code": "throttled" },
      status: { code: 2 },
    },
    {
      name: "probe",
      traceId: ROOT.traceId,
      parentSpanId: ROOT.spanId,
      attributes: { "remediator.attempt": 2 },
    },
    {
      ...ROOT,
      name: "incident",
      startTimeUnixNano: Date.parse("2026-03-02T08:04:10.000Z"),
      endTimeUnixNano: Date.parse(HEALED.closedAt),
      links: [SIGNAL],
      attributes: {
        "remediator.outcome": "healed",
        "remediator.vm.id": VM_ID.toLowerCase(),
        "remediator.time_to_heal": 90,
      },
    },
  ]);
  expect(collector.spans[2]?.parentSpanId).toBeUndefined();
  expect(new Set(collector.spans.map(({ process }) => process)).size).toBe(2);
});

it("counts an incident that is closed twice once, with its times and its changes", async () => {
  const collector = await aCollector();

  await withStore(collector, async (store) => {
    await store.openIncident(anIncident());
    await store.writeLedger("incident-0001", {
      id: "switch",
      remedy: "guestDhcp",
      nicId: NIC_ID,
      intent: "Set the adapter to DHCP.",
      before: null,
      undo: "Set it back.",
      openedAt: "2026-03-02T08:05:00.000Z",
      closedAt: "2026-03-02T08:05:30.000Z",
      state: "done",
      result: null,
    });
    await store.updateIncident("incident-0001", { steps: HEALED.steps });
    await store.updateIncident("incident-0001", HEALED);
    await store.updateIncident("incident-0001", HEALED);
  });

  expect(collector.points("remediator.incidents")).toEqual([
    {
      metric: "remediator.incidents",
      attributes: { outcome: "healed", code: "guest-dhcp", mode: "heal" },
      value: 1,
      sum: 0,
    },
  ]);
  expect(collector.points("remediator.time_to_heal")).toMatchObject([
    { attributes: { remedy: "guest-dhcp" }, value: 1, sum: 90 },
  ]);
  expect(collector.points("remediator.step.duration")).toMatchObject([
    { attributes: { step: "guestSwitch", result: "done" }, value: 1, sum: 30 },
  ]);
  expect(collector.points("remediator.remedies")).toMatchObject([
    { attributes: { remedy: "guestDhcp", state: "done" }, value: 1 },
  ]);
  expect(collector.spans.filter(({ name }) => name === "incident")).toHaveLength(1);
});

it("counts each signal once as it comes and once as it is settled, however often either is done", async () => {
  const collector = await aCollector();
  const ignored = { kind: "ignored", reason: "healthy", message: "It answered." } as const;

  await withStore(collector, async (store) => {
    await store.addSignal(aSignal({ note: "the words of an operator" }));
    await store.addSignal(aSignal());
    await store.settleSignals(["alert-0001", "unknown"], ignored);
    await store.settleSignals(["alert-0001"], ignored);
  });

  expect(collector.points("remediator.signals")).toMatchObject([
    { attributes: { source: "alert", state: "pending", reason: "none" }, value: 1 },
    { attributes: { source: "alert", state: "ignored", reason: "healthy" }, value: 1 },
  ]);
  expect(collector.spans).toMatchObject([{ ...SIGNAL, name: "signal" }]);
  expect(collector.bodies.join("\n")).not.toContain("words of an operator");
});

it("tells how many incidents are open and for how long, and names no VM in any metric", async () => {
  const collector = await aCollector();
  const opened = new Date(Date.now() - 600_000).toISOString();

  await told(collector, (telemetry) => {
    telemetry.incidentsOpen([new Date().toISOString(), opened]);
    telemetry.incidentClosed(anIncident(HEALED));
  });

  expect(collector.points("remediator.incidents.open")).toMatchObject([{ value: 2 }]);
  const [age] = collector.points("remediator.incidents.oldest_age");
  expect(age?.value).toBeGreaterThanOrEqual(600);
  expect(age?.value).toBeLessThan(660);
  const metrics = collector.bodies.filter((body) => body.includes("resourceMetrics"));
  expect(metrics.join("\n").toLowerCase()).not.toContain("vm-crane-01");
});

it("lets work go on and the process end where the collector never answers", async () => {
  const server = createServer();
  const endpoint = await listening(server);
  const store = await aStore();

  const telemetry = await startTelemetry({ kind: "otlp", endpoint });
  const watched = watchedStore(store, telemetry);
  await watched.openIncident(anIncident());
  await watched.updateIncident("incident-0001", HEALED);

  expect((await store.getIncident("incident-0001"))?.outcome).toMatchObject({ kind: "healed" });
  await telemetry.stop();
  const stillWaiting = await promisify(server.getConnections.bind(server))();
  expect(stillWaiting).toBeGreaterThan(0);
});

it("says once that a collector takes nothing, however often it refuses", async () => {
  const warning = vi.spyOn(process, "emitWarning").mockReturnValue();
  const endpoint = await listening(
    createHttpServer((_request, response) => {
      response.writeHead(400).end();
    }),
  );

  const telemetry = await startTelemetry({ kind: "otlp", endpoint });
  telemetry.incidentClosed(anIncident(HEALED));
  telemetry.incidentClosed(anIncident({ ...HEALED, id: "incident-0002" }));
  await telemetry.stop();

  expect(warning).toHaveBeenCalledOnce();
  expect(warning).toHaveBeenCalledWith(
    expect.stringContaining("Telemetry could not be sent"),
    expect.anything(),
  );
});
