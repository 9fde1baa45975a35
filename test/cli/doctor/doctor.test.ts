import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";

import pc from "picocolors";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { z } from "zod";

import roleFile from "../../../infra/role-actions.json" with { type: "json" };
import type { DoctorCall } from "../../../local/cli/command-line/calls.ts";
import { doctor } from "../../../local/cli/doctor/doctor.ts";
import type { Screen } from "../../../local/cli/terminal/screen.ts";
import type { ScenarioInput } from "../../../local/simulator/scenario/scenario.ts";
import {
  aBrokenVm,
  aVm,
  simulatedAzure,
  type SimulatedAzure,
} from "../../azure/simulated-azure.ts";
import { LAUNCHER_VARIABLE } from "../../built/launcher.ts";
import { containing, matching } from "../matchers.ts";

const findingSchema = z.looseObject({
  type: z.string(),
  check: z.string().optional(),
  of: z.string().nullish(),
  state: z.string().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
});

const ROLE = Object.values(roleFile).flat();
const EVENTS = [{ name: "nic-writes", functionName: "nicChanged" }];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "doctor-"));
  // No setting, though it looks like one.
  vi.stubEnv(LAUNCHER_VARIABLE, undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

async function aFleet(parts: Partial<ScenarioInput> = {}): Promise<SimulatedAzure> {
  return await simulatedAzure({
    vms: [aVm("vm-well", "10.40.2.10"), aBrokenVm("vm-cut-off", "10.40.2.11")],
    eventSubscriptions: EVENTS,
    ...parts,
  });
}

/** Runs `doctor`; gives its exit code, its findings by check and everything that it wrote. */
async function examine(
  call: Partial<DoctorCall>,
  settings: Readonly<Record<string, string>> = {},
): Promise<{
  code: number;
  text: string;
  findings: Readonly<Record<string, z.output<typeof findingSchema>>>;
}> {
  for (const [name, value] of Object.entries({
    REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1",
    ...settings,
  })) {
    vi.stubEnv(name, value);
  }
  const records: z.output<typeof findingSchema>[] = [];
  const lines: string[] = [];
  const screen: Screen = {
    json: false,
    live: false,
    colors: pc.createColors(false),
    columns: () => 200,
    rows: () => 50,
    say: (line = "") => lines.push(line),
    line: (line) => lines.push(line),
    record: (value) => records.push(findingSchema.parse(value)),
    raw: () => undefined,
  };
  const given: DoctorCall = {
    verb: "doctor",
    json: false,
    azure: false,
    target: null,
    scopes: [],
    simulatorUrl: null,
    dataFolder: folder,
    ...call,
  };
  const code = await doctor(given, screen);
  const findings = Object.fromEntries(records.map((record) => [record.check ?? "result", record]));
  return { code, text: [...lines, JSON.stringify(records)].join("\n"), findings };
}

describe("doctor on this machine", () => {
  it("is content where all is well, and asks nobody", async () => {
    const { code, findings, text } = await examine({});

    expect(findings).toMatchObject({
      node: { state: "ok" },
      settings: { state: "ok" },
      "data-folder": { state: "ok", message: containing(folder) },
      proxy: { state: "skipped" },
      control: { state: "skipped" },
    });
    expect(Object.keys(findings)).not.toContain("identity");
    // Another test's host may hold the port of `serve`.
    expect([code, findings["port"]?.state]).toEqual(
      findings["port"]?.state === "ok" ? [0, "ok"] : [1, "failed"],
    );
    expect(text).toContain("nothing is changed");
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    [
      { REMEDIATOR_PROBE_PORT: "99999", REMEDIATOR_MODE: "cure" },
      "settings",
      "invalid-settings",
      ["REMEDIATOR_PROBE_PORT", "REMEDIATOR_MODE"],
    ],
    [
      { REMEDIATOR_TELEMETRY: "otlp", OTEL_EXPORTER_OTLP_ENDPOINT: "collector" },
      "settings",
      "invalid-settings",
      ["OTEL_EXPORTER_OTLP_ENDPOINT"],
    ],
    [{ REMEDIATOR_MODES: "heal" }, "settings", "unknown-setting", ["REMEDIATOR_MODES"]],
    [{ REMEDIATOR_PROBE_PROXY: "http://127.0.0.1:9" }, "proxy", "no-proxy", ["127.0.0.1:9"]],
    [
      { REMEDIATOR_PROBE_CONTROL: "192.0.2.1:9", REMEDIATOR_PROBE_PROXY: "http://127.0.0.1:9" },
      "control",
      "control-silent",
      ["192.0.2.1:9"],
    ],
    [
      { REMEDIATOR_EVENT_TOPIC: "http://127.0.0.1:9/topics/incidents/api/events" },
      "topic",
      "no-topic",
      ["127.0.0.1:9"],
    ],
  ])("names what is wrong with %o, and ends with 1", async (settings, check, failure, names) => {
    const { code, findings } = await examine({}, settings);

    expect(code).toBe(1);
    expect(findings[check]).toMatchObject({ state: "failed", code: failure });
    for (const name of names) {
      expect(findings[check]?.message).toContain(name);
    }
  });

  it("tells whether something that speaks RDP answers at an address", async () => {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.close();
    });
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;

    const { code, findings } = await examine(
      { target: "127.0.0.1" },
      { REMEDIATOR_PROBE_PORT: String(port) },
    );

    expect(code).toBe(1);
    expect(findings["rdp"]).toMatchObject({ of: "127.0.0.1", state: "failed", code: "rdp-silent" });
  });
});

describe("doctor with Azure", () => {
  it("is content with an identity that has exactly the deployed role and may ask for it", async () => {
    const simulated = await aFleet({
      role: {
        actions: [
          ...ROLE,
          "Microsoft.Authorization/permissions/read",
          "Microsoft.EventGrid/eventSubscriptions/read",
        ],
        notActions: [],
      },
    });
    const topic = `${simulated.endpoint}/topics/incidents/api/events`;

    const { findings } = await examine(
      { azure: true, simulatorUrl: simulated.endpoint, target: simulated.vmId("vm-well") },
      { REMEDIATOR_ALLOW: "console,restarts", REMEDIATOR_EVENT_TOPIC: topic },
    );

    expect(findings).toMatchObject({
      identity: { state: "ok", message: containing("object id") },
      subscriptions: { state: "ok" },
      rights: { state: "ok", message: containing(`All ${ROLE.length} rights`) },
      events: { state: "ok", message: containing("nic-writes") },
      rdp: { state: "ok", message: containing("10.40.2.10") },
      "locks-and-health": { state: "ok" },
      proxy: { state: "ok", message: matching(/^The proxy 127\.0\.0\.1:\d+ can/u) },
      topic: { state: "ok" },
      storage: { state: "skipped" },
      "console-secret": { state: "skipped" },
    });
    expect((await simulated.log()).effects).toEqual([]);
  });

  it("names the rights that are missing at a scope, and only those that the settings call for", async () => {
    const gone = ["Microsoft.Compute/snapshots/write", "Microsoft.Network/networkInterfaces/write"];
    const simulated = await aFleet({ role: { actions: ["*"], notActions: gone } });
    const scope = simulated.vmId("x").split("/providers/")[0] ?? "";

    const { code, findings } = await examine(
      { azure: true, simulatorUrl: simulated.endpoint, scopes: [scope] },
      { REMEDIATOR_SCOPE: "a31f7e92-0d5c-4b68-8f14-2c9e6b7d0a53" },
    );

    expect(code).toBe(1);
    expect(findings["rights"]).toMatchObject({
      of: scope,
      state: "failed",
      code: "rights-missing",
      message: containing("1 of"),
    });
    expect(findings["rights"]?.message).toContain("Microsoft.Compute/snapshots/write");
  });

  it("calls for no right to change anything where the mode is to observe", async () => {
    const gone = ["Microsoft.Compute/snapshots/write", "Microsoft.Network/networkInterfaces/write"];
    const simulated = await aFleet({ role: { actions: ["*"], notActions: gone } });

    const { findings } = await examine(
      { azure: true, simulatorUrl: simulated.endpoint },
      { REMEDIATOR_MODE: "observe", REMEDIATOR_ALLOW: "restarts" },
    );

    expect(findings["rights"]).toMatchObject({ state: "ok" });
  });

  it("names each event subscription with its app, and what it lets through", async () => {
    const simulated = await aFleet({
      eventSubscriptions: [
        { name: "web-nics", functionName: "nicChanged", subjectBeginsWith: "/subscriptions/x/web" },
        { name: "all-nics", functionName: "nicChanged", functionApp: "func-other" },
      ],
    });

    const { findings } = await examine({ azure: true, simulatorUrl: simulated.endpoint });

    expect(findings["events"]).toMatchObject({
      state: "ok",
      message:
        "Event subscription web-nics hands writes of NICs to nicChanged of func-remediator, only where the NIC's id begins with /subscriptions/x/web. Event subscription all-nics hands writes of NICs to nicChanged of func-other.",
    });
  });

  it.each<[string, NonNullable<ScenarioInput["eventSubscriptions"]>, string]>([
    ["there is none", [], "no-event-subscription"],
    ["it goes elsewhere", [{ name: "other", functionName: "else" }], "no-event-subscription"],
    [
      "its filter keeps NICs out",
      [
        {
          ...EVENTS[0],
          name: "nic-writes",
          functionName: "nicChanged",
          operationNames: ["Microsoft.Compute/disks/write"],
        },
      ],
      "event-subscription-wrong",
    ],
    [
      "it is not ready",
      [{ name: "nic-writes", functionName: "nicChanged", provisioningState: "Failed" }],
      "event-subscription-wrong",
    ],
  ])("says so where writes of NICs do not come: %s", async (_what, eventSubscriptions, failure) => {
    const simulated = await aFleet({ eventSubscriptions });

    const { code, findings } = await examine({ azure: true, simulatorUrl: simulated.endpoint });

    expect(code).toBe(1);
    expect(findings["events"]).toMatchObject({ state: "failed", code: failure });
  });

  it("ends with 3 where something could not be told and nothing fails", async () => {
    const simulated = await aFleet({
      faults: [{ kind: "error", operation: "permission.list", status: 503, count: "always" }],
    });

    const { code, findings } = await examine({ azure: true, simulatorUrl: simulated.endpoint });

    expect(findings["rights"]).toMatchObject({ state: "unknown", code: "azure-unavailable" });
    expect(code).toBe(findings["port"]?.state === "ok" ? 3 : 1);
  });

  it("finds a VM silent, a lock that forbids a heal, and a secret that is no login, which it never shows", async () => {
    const simulated = await aFleet({
      locks: [{ name: "keep", level: "ReadOnly", vm: "vm-cut-off" }],
      secrets: { console: "Opened-4-rep@ir" },
    });

    const { findings, text } = await examine(
      { azure: true, simulatorUrl: simulated.endpoint, target: simulated.vmId("vm-cut-off") },
      { REMEDIATOR_CONSOLE_SECRET: `${simulated.endpoint}/secrets/console` },
    );

    expect(findings).toMatchObject({
      rdp: { state: "failed", code: "rdp-silent" },
      "locks-and-health": { state: "failed", code: "read-only-lock", message: containing("keep") },
      "console-secret": { state: "failed", code: "console-secret-odd" },
    });
    expect(text).not.toContain("Opened");
    expect(text).not.toContain(simulated.token);
  });

  it("says that a VM is not there", async () => {
    const simulated = await aFleet();

    const { findings } = await examine({
      simulatorUrl: simulated.endpoint,
      target: simulated.vmId("vm-gone"),
    });

    expect(findings["rdp"]).toMatchObject({ state: "failed", code: "vm-not-found" });
  });
});
