import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";

import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { Fleet, type ShownIncident } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario, type VmInput } from "./scenarios.ts";

const PATIENT = { REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1", REMEDIATOR_SETTLE_SECONDS: "4" };
const ALLOWED = { ...PATIENT, REMEDIATOR_ALLOW: "console" };

const withEvidence = z.object({
  evidence: z.array(z.object({ name: z.string(), contentType: z.string(), size: z.number() })),
});

const withHandOff = z.object({
  outcome: z.object({
    handOff: z.object({
      now: z.array(z.string()),
      nextSteps: z.array(z.string()),
      links: z.object({ serialConsole: z.string() }),
      restore: z.array(z.string()),
    }),
  }),
});

/** Of a scenario that names none. */
const TENANT = "c4d8f0b2-6a37-4e1c-b5a9-0f3e7d618b25";

/** The true fault: Windows has a wrong static address, and so its agent is silent too. */
function aSilentVm(name: string, n: number, more: Partial<VmInput> = {}): VmInput {
  return aBrokenVm(name, n, { agentSurvivesWrongAddress: false, ...more });
}

describe("evidence of a VM that is silent", () => {
  let fleet: Fleet;

  afterEach(async () => {
    await fleet.close();
  });

  async function start(
    vms: readonly VmInput[],
    settings: Readonly<Record<string, string>> = ALLOWED,
    more: Partial<ScenarioInput> = {},
  ): Promise<void> {
    fleet = await Fleet.start(aScenario([...vms, aHealthyVm("vm-control", 250)], more), settings);
    await fleet.admin("/subscriptions", { kind: "alerts", url: `${fleet.url}/api/alerts` });
  }

  async function alerted(vm: string): Promise<ShownIncident> {
    await fleet.admin("/alerts", { vm });
    return await fleet.outcomeOf(vm);
  }

  async function namesOf(incident: ShownIncident): Promise<readonly string[]> {
    const { body } = await fleet.api(`/api/incidents/${incident.id}`);
    const names = withEvidence.parse(body).evidence.map(({ name }) => name);
    // What was said at the console has its own tests.
    return names.filter((name) => !name.startsWith("console-"));
  }

  async function operationsOf(vm: string): Promise<readonly string[]> {
    return (await fleet.log(vm)).requests.map(({ operation }) => operation);
  }

  /** Everything that the host has written, the journal of its engine included. */
  function everythingWritten(): string {
    return readdirSync(fleet.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), "latin1"))
      .join("\n");
  }

  it("is its screenshot and serial log, looked at before anything is changed", async () => {
    await start([aSilentVm("vm-a", 10)]);

    const incident = await alerted("vm-a");

    expect(incident.outcome).toMatchObject({ kind: "healed", code: "serial-console", remarks: [] });
    expect(await namesOf(incident)).toEqual(["screenshot.bmp", "serial-log.txt"]);
    const operations = await operationsOf("vm-a");
    expect(operations.indexOf("vm.bootDiagnostics")).toBeLessThan(
      operations.indexOf("console.connect"),
    );
    const log = await fetch(`${fleet.url}/api/incidents/${incident.id}/evidence/serial-log.txt`);
    expect(await log.text()).toContain("Computer is booting, SAC started and initialized.");
  });

  it("is given as a file which no browser takes for a page, and under its own name only", async () => {
    await start([aSilentVm("vm-a", 10)], PATIENT);
    const incident = await alerted("vm-a");
    const base = `${fleet.url}/api/incidents/${incident.id}/evidence`;

    const screenshot = await fetch(`${base}/screenshot.bmp`);
    const others = ["none.txt", "..%2f..%2fincidents.db", "SCREENSHOT.BMP", "%00"];
    const statuses = others.map(async (name) => (await fetch(`${base}/${name}`)).status);

    expect(
      Buffer.from(await screenshot.arrayBuffer())
        .subarray(0, 2)
        .toString(),
    ).toBe("BM");
    expect(Object.fromEntries(screenshot.headers)).toMatchObject({
      "content-type": "image/bmp",
      "content-disposition": 'attachment; filename="screenshot.bmp"',
      "x-content-type-options": "nosniff",
    });
    expect(await Promise.all(statuses)).toEqual(others.map(() => 404));
    expect((await fetch(`${fleet.url}/api/incidents/none/evidence/screenshot.bmp`)).status).toBe(
      404,
    );
  });

  it("holds no signature of Azure Storage, in no record and no file of the host", async () => {
    await start([aSilentVm("vm-a", 10)]);

    await alerted("vm-a");

    const { requests } = await fleet.log("vm-a");
    expect(requests.filter(({ operation }) => operation === "blob.get").length).toBeGreaterThan(0);
    expect(everythingWritten()).toContain("serial-log.txt");
    expect(everythingWritten()).not.toMatch(/sig=|sp=r|blobUri/iu);
  });

  it("is kept too where a person is called after a readable Windows was put back", async () => {
    const nic = {
      ipConfigurations: [{ address: "10.40.0.10" }],
      adapter: { static: { addresses: ["10.40.1.10/23"], gateway: "10.40.0.1" } },
      lease: "never" as const,
    };
    await start([aBrokenVm("vm-a", 10, { nics: [nic] })]);

    const incident = await alerted("vm-a");

    expect(incident.outcome?.kind).toBe("rolledBack");
    expect(await namesOf(incident)).toEqual(["screenshot.bmp", "serial-log.txt"]);
  });

  it("comes with a hand-off: how the VM stands, its pages in the portal, and the way back", async () => {
    await start([aSilentVm("vm-a", 10)], PATIENT);

    const { id } = await alerted("vm-a");

    const { body } = await fleet.api(`/api/incidents/${id}`);
    const { handOff } = withHandOff.parse(body).outcome;
    const page = `https://portal.azure.com/#@${TENANT}/resource${fleet.vmId("vm-a")}`;
    expect(handOff.links.serialConsole).toBe(`${page}/serialConsole`);
    expect(handOff.now.join(" ")).toMatch(
      /VM vm-a is running, and its agent does not report\..*Snapshot sir-vm-a-\w+ is complete/u,
    );
    expect(handOff.nextSteps.join(" ")).toContain("source=dhcp");
    expect(handOff.restore.at(-1)).toBe(`az vm start --ids "${fleet.vmId("vm-a")}"`);
  });

  it("is not asked for where Windows is read and healed", async () => {
    await start([aBrokenVm("vm-a", 10)]);

    const incident = await alerted("vm-a");

    expect(incident.outcome?.kind).toBe("healed");
    expect(await operationsOf("vm-a")).not.toContain("vm.bootDiagnostics");
  });

  it.each<{
    readonly why: string;
    readonly vm?: Partial<VmInput>;
    readonly more?: Partial<ScenarioInput>;
    readonly says: string;
    readonly kept: readonly string[];
  }>([
    {
      why: "the right is missing",
      more: {
        role: {
          actions: ["*"],
          notActions: ["Microsoft.Compute/virtualMachines/retrieveBootDiagnosticsData/action"],
        },
      },
      says: "AuthorizationFailed",
      kept: [],
    },
    {
      why: "they are off",
      vm: { bootDiagnostics: false },
      says: "Boot diagnostics of VM vm-a are off",
      kept: [],
    },
    {
      why: "no blob can be read",
      more: {
        faults: [
          { kind: "error", operation: "blob.get", vm: "vm-a", status: 503, count: "always" },
        ],
      },
      says: "Azure Storage answered 503",
      kept: [],
    },
  ])("is missing with a remark where $why", async ({ vm = {}, more = {}, says, kept }) => {
    await start([aSilentVm("vm-a", 10, vm)], PATIENT, more);

    const incident = await alerted("vm-a");

    expect(incident.outcome).toMatchObject({ kind: "needsHuman", code: "guest-unreadable" });
    expect(incident.outcome?.remarks.join(" ")).toContain(says);
    expect(await namesOf(incident)).toEqual(kept);
  });

  it("is looked for again where Azure was busy, and the heal does not wait for it", async () => {
    const faults: ScenarioInput["faults"] = [
      { kind: "error", operation: "vm.bootDiagnostics", vm: "vm-a", count: 2 },
    ];
    await start([aSilentVm("vm-a", 10)], ALLOWED, { faults });

    const incident = await alerted("vm-a");

    expect(incident.outcome).toMatchObject({ kind: "healed", remarks: [] });
    expect(await namesOf(incident)).toEqual(["screenshot.bmp", "serial-log.txt"]);
  });
});
