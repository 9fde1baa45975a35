import path from "node:path";
import { DatabaseSync } from "node:sqlite";

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";

import {
  aNicWrite,
  aWriteData,
  anAlert,
  anAlertEvent,
  anAlertWithDimensions,
} from "../signals/payloads.ts";
import { Fleet } from "./fleet.ts";
import { aHealthyVm, aScenario } from "./scenarios.ts";
import { eventGridPath, nicIdOf, readSignal, settledSignal } from "./shown-signals.ts";

const errorSchema = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string().min(1),
    problems: z.array(z.string()),
    nextStep: z.string().min(1),
  }),
});
const answerSchema = z.strictObject({
  accepted: z.array(z.strictObject({ target: z.string(), signalId: z.string() })),
  ignored: z.array(z.strictObject({ target: z.string(), reason: z.string() })),
});
const idRow = z.object({ id: z.string() });

const TWO_MEBIBYTES = `{"vmId":"${"x".repeat(2 * 1024 * 1024)}"}`;
/** Below the local host's own limit, so that the function itself refuses it, as it does in Azure. */
const OVER_ONE_MEBIBYTE = `{"vmId":"${"x".repeat(1024 * 1024)}"}`;
const SUBSCRIPTION = "/subscriptions/5a1e0c2e-9b1d-4f6e-8c3a-7d2b5e9f1a64";
const VM = `${SUBSCRIPTION}/resourceGroups/rg-fleet/providers/Microsoft.Compute/virtualMachines/vm-well`;

/** A request as it should not be, and what the answer must say. */
interface BadRequest {
  readonly title: string;
  /** @default "POST" */
  readonly method?: string;
  readonly route: string;
  readonly body?: unknown;
  readonly status: number;
  readonly code: string;
  /** Beginnings or parts of the problems, each in one of them. */
  readonly problems?: readonly string[];
  /** What simulated Azure may be asked. @default nothing */
  readonly asks?: readonly string[];
}

/** Bodies that no endpoint which reads one can understand. */
function unreadable(route: string): readonly BadRequest[] {
  return [
    { title: "no body", route, status: 400, code: "invalid-json", problems: ["not JSON"] },
    {
      title: "an unparsable body",
      route,
      body: '{"vmId": ',
      status: 400,
      code: "invalid-json",
      problems: ["not JSON"],
    },
    {
      title: "a body of more than 1 MiB",
      route,
      body: OVER_ONE_MEBIBYTE,
      status: 413,
      code: "body-too-large",
      problems: ["more than 1048576 bytes"],
    },
    {
      title: "a body of 2 MiB",
      route,
      body: TWO_MEBIBYTES,
      status: 413,
      code: "body-too-large",
      problems: ["bytes"],
    },
  ];
}

function badAlert(title: string, body: unknown, problems: readonly string[]): BadRequest {
  return { title, route: "/api/alerts", body, status: 400, code: "invalid-alert", problems };
}

function badHeal(title: string, body: unknown, problems: readonly string[]): BadRequest {
  const code = "invalid-heal-request";
  return { title, route: "/api/heal", body, status: 400, code, problems };
}

const ALERTS: readonly BadRequest[] = [
  ...unreadable("/api/alerts"),
  badAlert("null", "null", ["body:"]),
  badAlert("a list", [], ["body:"]),
  badAlert("a text", '"alert"', ["body:"]),
  badAlert("no schema", {}, ["schemaId:"]),
  badAlert("a schema of the wrong type", { schemaId: 7 }, ["schemaId:"]),
  badAlert("no data", { schemaId: "azureMonitorCommonAlertSchema" }, ["data:"]),
  badAlert(
    "essentials of wrong types",
    anAlert({ alertId: 7, monitorCondition: null, alertTargetIDs: "vm-1", firedDateTime: [] }),
    [
      "data.essentials.alertId:",
      "data.essentials.monitorCondition:",
      "data.essentials.alertTargetIDs:",
      "data.essentials.firedDateTime:",
    ],
  ),
  badAlert("a condition of the wrong type", anAlert({}, { condition: { allOf: "all" } }), [
    "data.alertContext.condition.allOf:",
  ]),
];

const HEALS: readonly BadRequest[] = [
  ...unreadable("/api/heal"),
  badHeal("null", "null", ["body:"]),
  badHeal("a list", [], ["body:"]),
  badHeal("no VM", {}, ["vmId:"]),
  badHeal("a name instead of an id", { vmId: "vm-well" }, [
    "vmId: is not the id of a virtual machine",
  ]),
  badHeal("an id that leads elsewhere", { vmId: `${VM}/../vm-other` }, ["vmId: is not the id"]),
  badHeal(
    "the id of a NIC",
    {
      vmId: VM.replace("Microsoft.Compute/virtualMachines", "Microsoft.Network/networkInterfaces"),
    },
    ["vmId: is the id of a microsoft.network/networkinterfaces"],
  ),
  badHeal("an unknown key", { vmId: VM, force: true }, ["force"]),
  badHeal("a heal that reads no guest", { vmId: VM, readGuest: false }, [
    "readGuest: can be false only",
  ]),
  badHeal(
    "several faults at once",
    { vmId: 7, dryRun: "yes", readGuest: 0, reason: "two\nlines", force: true },
    ["vmId:", "dryRun:", "readGuest:", "reason: must be one line", "force"],
  ),
  {
    title: "a VM that is not there",
    route: "/api/heal",
    body: { vmId: VM.replace("vm-well", "vm-gone") },
    status: 404,
    code: "vm-not-found",
    asks: ["vm.get"],
  },
  {
    title: "a VM that runs Linux",
    route: "/api/heal",
    body: { vmId: VM.replace("vm-well", "vm-tux"), dryRun: true },
    status: 400,
    code: "not-windows",
    problems: ["vm-tux runs Linux"],
    asks: ["vm.get"],
  },
];

const QUERIES: readonly BadRequest[] = [
  ...["not-an-id", "sig-0", "%00", "a%2Fb", "x".repeat(2000)].flatMap((id): BadRequest[] => [
    {
      title: `signal ${id.slice(0, 20)}`,
      method: "GET",
      route: `/api/signals/${id}`,
      status: 404,
      code: "signal-not-found",
    },
    {
      title: `incident ${id.slice(0, 20)}`,
      method: "GET",
      route: `/api/incidents/${id}`,
      status: 404,
      code: "incident-not-found",
    },
  ]),
  ...["0", "501", "-1", "1.5", "1e2", "many", ""].map((limit): BadRequest => ({
    title: `a limit of "${limit}"`,
    method: "GET",
    route: `/api/incidents?limit=${limit}`,
    status: 400,
    code: "invalid-query",
    problems: ["limit: must be 1 to 500"],
  })),
  {
    title: "two wrong parameters",
    method: "GET",
    route: "/api/incidents?open=maybe&limit=none",
    status: 400,
    code: "invalid-query",
    problems: ["open: must be true or false", "limit: must be 1 to 500"],
  },
];

const EVENTS: readonly BadRequest[] = (["nicChanged", "alertFired"] as const).flatMap((name) => {
  const route = eventGridPath(name);
  const bad = { route, status: 400, code: "unreadable-events", problems: ["not an event"] };
  return [
    { ...bad, title: `no body for ${name}` },
    { ...bad, title: `an unparsable body for ${name}`, body: "[{" },
    { ...bad, title: `an empty list for ${name}`, body: [] },
    { ...bad, title: `a number for ${name}`, body: "7" },
    { ...bad, title: `a list of numbers for ${name}`, body: [1, 2] },
    {
      title: `2 MiB for ${name}`,
      route,
      body: TWO_MEBIBYTES,
      status: 413,
      code: "body-too-large",
      problems: ["bytes"],
    },
  ];
});

describe("bad input", () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await Fleet.start(
      aScenario([aHealthyVm("vm-well", 10), { ...aHealthyVm("vm-tux", 11), os: "Linux" }]),
      { REMEDIATOR_PROBE_TIMEOUT_SECONDS: "3", REMEDIATOR_GUEST_READ_SECONDS: "30" },
    );
    // From here on the store is there, and every client is made.
    await settledSignal(fleet, await fleet.heal("vm-well", { dryRun: true }));
    await fleet.outcomeOf("vm-well");
  });

  beforeEach(async () => {
    await fetch(`${fleet.simulator.armEndpoint}/_simulator/log`, { method: "DELETE" });
  });

  afterAll(async () => {
    await fleet.close();
  });

  it.each([...ALERTS, ...HEALS, ...QUERIES, ...EVENTS])(
    "$title at $route: $status $code, and nothing is started",
    async ({ method = "POST", route, body, status, code, problems = [], asks = [] }) => {
      const before = storedIds();

      const answer = await send(method, route, body);

      expect(answer.status).toBe(status);
      const { error } = errorSchema.parse(answer.body);
      expect(error.code).toBe(code);
      for (const problem of problems) {
        expect(error.problems).toContainEqual(expect.stringContaining(problem));
      }
      expect(storedIds()).toEqual(before);
      const { requests, effects } = await fleet.log();
      expect(requests.map(({ operation }) => operation)).toEqual(asks);
      expect(effects).toEqual([]);
    },
  );

  it.each([
    ["GET", "/api/alerts"],
    ["PUT", "/api/heal"],
    ["GET", "/api/heal"],
    ["POST", "/api/incidents"],
    ["DELETE", "/api/incidents/inc-1"],
    ["POST", "/api/signals/sig-1"],
    ["GET", eventGridPath("nicChanged")],
    ["POST", "/runtime/webhooks/eventgrid?functionName=alerts"],
    ["POST", "/runtime/webhooks/eventgrid"],
    ["POST", "/api/nothing"],
  ])("%s %s is not served, and starts nothing", async (method, route) => {
    const before = storedIds();

    const answer = await send(method, route, method === "GET" ? undefined : { vmId: VM });

    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({
      error: { code: expect.stringMatching(/^(not-found|unknown-function)$/u) as unknown },
    });
    expect(storedIds()).toEqual(before);
    expect((await fleet.log()).requests).toEqual([]);
  });

  it.each<[string, unknown, string, string]>([
    ["a resolved alert", alertOn({ monitorCondition: "Resolved" }), "resolved", VM.toLowerCase()],
    [
      "the portal's test payload",
      alertOn({
        alertId:
          "/subscriptions/11111111-1111-1111-1111-111111111111/providers/Microsoft.AlertsManagement/alerts/12345678-1234-1234-1234-1234567890ab",
      }),
      "test-payload",
      VM.toLowerCase(),
    ],
    [
      "a foreign schema",
      { schemaId: "Microsoft.Insights/activityLogs", data: {} },
      "foreign-schema",
      "microsoft.insights/activitylogs",
    ],
    [
      "a condition of its own",
      alertOn({ monitorCondition: "Acknowledged" }),
      "foreign-schema",
      VM.toLowerCase(),
    ],
    [
      "no VM",
      anAlertWithDimensions(["DestinationAddress", "127.0.0.1"]),
      "no-target",
      "watcher-north/connectionmonitors/rdp",
    ],
    [
      "an outage by the platform",
      healthOfVm("PlatformInitiated"),
      "platform-caused",
      VM.toLowerCase(),
    ],
    ["a stop by a user", healthOfVm("UserInitiated"), "user-initiated", VM.toLowerCase()],
  ])("/api/alerts ignores %s, without a call to Azure", async (_what, body, reason, target) => {
    const before = storedIds();

    const answer = await send("POST", "/api/alerts", body);

    expect(answer.status).toBe(202);
    const { accepted, ignored } = answerSchema.parse(answer.body);
    expect(accepted).toEqual([]);
    expect(ignored).toMatchObject([{ reason }]);
    expect(ignored[0]?.target.toLowerCase()).toContain(target);
    const [added, ...more] = storedIds().filter((id) => !before.includes(id));
    expect(more).toEqual([]);
    expect(await readSignal(fleet, added ?? "")).toMatchObject({ state: "ignored", reason });
    expect((await fleet.log()).requests).toEqual([]);
  });

  it("says of each target of an alert what becomes of it", async () => {
    const nicId = nicIdOf(fleet, "vm-well");

    const answer = await send(
      "POST",
      "/api/alerts",
      anAlert({ alertId: "/alerts/two", alertTargetIDs: [VM, nicId, VM.toUpperCase()] }),
    );

    expect(answer.status).toBe(202);
    const { accepted, ignored } = answerSchema.parse(answer.body);
    expect(accepted.map(({ target }) => target)).toEqual([VM.toLowerCase(), nicId.toLowerCase()]);
    expect(ignored).toEqual([]);
    for (const { signalId } of accepted) {
      expect(await settledSignal(fleet, signalId)).toMatchObject({
        state: "ignored",
        reason: "healthy",
        vmId: VM.toLowerCase(),
      });
    }
  });

  it.each<[string, "nicChanged" | "alertFired", unknown]>([
    ["an alert that is none", "alertFired", [anAlertEvent({ schemaId: 7 }, { id: "none" })]],
    [
      "an alert of a foreign schema",
      "alertFired",
      anAlertEvent({ schemaId: "own" }, { id: "own" }),
    ],
    ["an event of no schema", "alertFired", [{ id: "nothing" }]],
  ])(
    "%s by Event Grid is ignored with its reason, and not sent again",
    async (_what, name, body) => {
      const before = storedIds();

      const answer = await send("POST", eventGridPath(name), body);

      expect(answer.status).toBe(202);
      const added = storedIds().find((id) => !before.includes(id));
      expect(await readSignal(fleet, added ?? "")).toMatchObject({
        state: "ignored",
        reason: "foreign-schema",
      });
      expect((await fleet.log()).requests).toEqual([]);
    },
  );

  it("ignores the write of a NIC that is gone, once Azure has said so", async () => {
    const before = storedIds();
    const resourceUri = nicIdOf(fleet, "vm-gone");

    const answer = await send(
      "POST",
      eventGridPath("nicChanged"),
      aNicWrite({ id: "gone", data: aWriteData({ resourceUri }) }),
    );

    expect(answer.status).toBe(202);
    const added = storedIds().find((id) => !before.includes(id));
    expect(await settledSignal(fleet, added ?? "")).toMatchObject({
      state: "ignored",
      reason: "no-vm",
    });
  });

  it("leaves no record of another resource's events", async () => {
    const before = storedIds();
    const disk = VM.replace("virtualMachines/vm-well", "disks/disk-1");

    const answer = await send("POST", eventGridPath("nicChanged"), [
      aNicWrite({ subject: disk, data: { resourceUri: disk } }),
      { id: "nothing" },
    ]);

    expect(answer.status).toBe(202);
    expect(storedIds()).toEqual(before);
    expect((await fleet.log()).requests).toEqual([]);
  });

  it("still answers the next good request", async () => {
    await send("POST", "/api/heal", TWO_MEBIBYTES);
    const response = await fetch(`${fleet.url}/api/heal`, {
      method: "POST",
      body: JSON.stringify({ vmId: VM, dryRun: true }),
    });

    expect(response.status).toBe(202);
    const { signalId } = z.object({ signalId: z.string() }).parse(await response.json());
    expect(response.headers.get("location")).toBe(`/api/signals/${signalId}`);
    expect(await settledSignal(fleet, signalId)).toMatchObject({ state: "taken" });
  });

  async function send(
    method: string,
    route: string,
    body: unknown,
  ): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${fleet.url}${route}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    const parsed: unknown = text === "" ? null : JSON.parse(text);
    return { status: response.status, body: parsed };
  }

  /** Ids of everything on record: signals and incidents. */
  function storedIds(): readonly string[] {
    const store = new DatabaseSync(path.join(fleet.folder, "incidents.db"), { readOnly: true });
    try {
      return ["signals", "incidents"].flatMap((table) =>
        store
          .prepare(`SELECT id FROM ${table} ORDER BY id`)
          .all()
          .map((row) => idRow.parse(row).id),
      );
    } finally {
      store.close();
    }
  }
});

/** An alert on the well VM. */
function alertOn(essentials: Readonly<Record<string, unknown>>): unknown {
  return anAlert({ alertTargetIDs: [VM], ...essentials });
}

/** A Resource Health alert on the well VM. */
function healthOfVm(cause: string): unknown {
  return anAlert(
    { alertTargetIDs: [VM], alertId: `/alerts/${cause}`, monitoringService: "Resource Health" },
    { properties: { cause } },
  );
}
