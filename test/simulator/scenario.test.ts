import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";

import { fault, OPERATIONS } from "../../local/simulator/scenario/fault-schema.ts";
import { scenario as scenarioSchema } from "../../local/simulator/scenario/scenario-schema.ts";
import { parseScenario, readScenario } from "../../local/simulator/scenario/scenario.ts";
import { startSimulator } from "../../local/simulator/simulator.ts";
import { aFleet, arm, simulate, vmView } from "./harness.ts";

const SCENARIOS = fileURLToPath(new URL("../../local/simulator/scenario", import.meta.url));

function aFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "scenario-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, "fleet.json");
  writeFileSync(file, text);
  return file;
}

describe("a scenario", () => {
  it("of a few lines gets everything else by default", () => {
    const scenario = parseScenario({
      network: { subnets: [{ name: "a", prefixes: ["10.1.1.0/24"] }] },
      vms: [{ name: "vm-a", nics: [{ ipConfigurations: [{ address: "10.1.1.4" }] }] }],
    });

    expect(scenario.vms[0]).toMatchObject({ os: "Windows", power: "running", osDisk: "managed" });
    expect(scenario.resourceGroup).toBe("rg-fleet");
  });

  it.each([
    ["an unknown key", { ...aFleet(), colour: "red" }, "colour"],
    ["no VM", { ...aFleet(), vms: [] }, "vms"],
    [
      "an unknown key deep inside",
      {
        ...aFleet(),
        vms: [{ name: "a", nics: [{ ipConfigurations: [{ address: "10.40.1.4", ip: "x" }] }] }],
      },
      "vms.0.nics.0.ipConfigurations.0",
    ],
    [
      "an address that is none",
      aFleet({ vms: [{ name: "a", nics: [{ ipConfigurations: [{ address: "10.40.1" }] }] }] }),
      "vms.0.nics.0.ipConfigurations.0.address",
    ],
    [
      "a subnet that is not there",
      aFleet({
        vms: [{ name: "a", nics: [{ subnet: "b", ipConfigurations: [{ address: "10.40.1.4" }] }] }],
      }),
      "vms.0.nics.0.subnet: nothing here is named b",
    ],
    [
      "a fault for a VM that is not there",
      aFleet({ faults: [{ kind: "deleteVm", operation: "vm.get", vm: "vm-x" }] }),
      "faults.0.vm: nothing here is named vm-x",
    ],
    ["an alert for a VM that is not there", aFleet({ alerts: [{ vm: "vm-x" }] }), "alerts.0.vm"],
    [
      "a lock on a NIC that is not there",
      aFleet({ locks: [{ level: "ReadOnly", nic: "nic-x" }] }),
      "locks.0.nic: nothing here is named nic-x",
    ],
    [
      "a lock on two resources",
      aFleet({ locks: [{ level: "ReadOnly", nic: "nic-bad-01", vm: "vm-bad-01" }] }),
      "locks.0: must name one",
    ],
    [
      "two VMs of one name",
      aFleet({
        vms: [
          { name: "a", nics: [{ ipConfigurations: [{ address: "10.40.1.4" }] }] },
          { name: "A", nics: [{ ipConfigurations: [{ address: "10.40.1.5" }] }] },
        ],
      }),
      "two have the same name",
    ],
    [
      "an address outside of its subnet",
      aFleet({ vms: [{ name: "a", nics: [{ ipConfigurations: [{ address: "10.50.1.4" }] }] }] }),
      "vms.0.nics.0.ipConfigurations.0.address: lies in no prefix of snet-a",
    ],
  ])("with %s is refused, naming the place", (_what, data, message) => {
    expect(() => parseScenario(data)).toThrow(message);
  });

  it.each([
    [
      "at the top",
      { ...aFleet(), resurceGroup: "rg" },
      '(top): unknown key "resurceGroup"; the nearest known one is "resourceGroup"',
    ],
    [
      "in a VM",
      {
        ...aFleet(),
        vms: [{ name: "a", nics: [{ ipConfigurations: [{ address: "10.40.1.4" }] }], Agnet: true }],
      },
      'vms.0: unknown key "Agnet"; the nearest known one is "agent"',
    ],
    [
      "in a fault, among the keys of its kind",
      { ...aFleet(), faults: [{ kind: "throttle", operation: "vm.get", retryAfter: 5 }] },
      'faults.0: unknown key "retryAfter"; the nearest known one is "retryAfterSeconds"',
    ],
    [
      "in one form of several",
      {
        ...aFleet(),
        vms: [
          {
            name: "a",
            nics: [
              {
                ipConfigurations: [{ address: "10.40.1.4" }],
                lease: { address: "10.40.1.9/24", gatway: "10.40.1.1" },
              },
            ],
          },
        ],
      },
      'vms.0.nics.0.lease: unknown key "gatway"; the nearest known one is "gateway"',
    ],
  ])("with an unknown key %s is refused, naming the nearest key", (_where, data, message) => {
    expect(() => parseScenario(data)).toThrow(message);
  });

  it("that says where its schema is, is read", () => {
    expect(parseScenario({ $schema: "scenario.schema.json", ...aFleet() }).vms).toHaveLength(2);
  });

  it.each([
    ["a file that is not there", "/nowhere/fleet.json", "ENOENT"],
    ["a file that is no JSON", aFileName("{"), "JSON"],
  ])("cannot be read from %s", (_what, file, message) => {
    const path = typeof file === "string" ? file : file();

    expect(() => readScenario(path)).toThrow(message);
  });

  it("from the same seed gives the same ids, from another seed others", async () => {
    const path = "providers/Microsoft.Compute/virtualMachines/vm-bad-01";
    const started = new Date();
    function now(): Date {
      return started;
    }
    const [first, second, third] = await Promise.all([
      simulate(aFleet(), { now }),
      simulate(aFleet(), { now }),
      simulate(aFleet({ seed: 99 }), { now }),
    ]);

    const vm = (await arm(first, path)).body;

    expect((await arm(second, path)).body).toEqual(vm);
    expect((await arm(third, path)).body).not.toEqual(vm);
    expect(second.token).toBe(first.token);
  });
});

function aFileName(text: string): () => string {
  return () => aFile(text);
}

describe("the demo's fleet", () => {
  it.each([
    ["demo.json", false],
    ["demo-switch.json", true],
  ])("%s has a cut-off VM, a healthy one and one that is static by right", async (file, ready) => {
    const simulator = await startSimulator({ scenario: readScenario(join(SCENARIOS, file)) });
    onTestFinished(async () => {
      await simulator.close();
    });

    const [web, app, sql] = await Promise.all(
      ["vm-web-01", "vm-app-01", "vm-sql-01"].map(async (name) => await vmView(simulator, name)),
    );

    expect(web).toMatchObject({ rdp: { kind: "silent" }, agent: { ready } });
    expect(web?.guest.adapters[0]?.dhcp).toBe(false);
    expect(app).toMatchObject({ rdp: { kind: "open" }, agent: { ready: true } });
    expect(app?.guest.adapters[0]?.dhcp).toBe(true);
    expect(sql).toMatchObject({ rdp: { kind: "open" }, agent: { ready: true } });
    expect(sql?.guest.adapters[0]).toMatchObject({
      dhcp: false,
      addresses: [{ ip: "10.30.1.10" }, { ip: "10.30.1.11" }, { ip: "10.30.1.12" }],
    });
    expect([web, app, sql].map((vm) => vm?.["tags"])).toEqual(
      [web, app, sql].map(
        () => expect.objectContaining({ "static-ip-remediator": "on" }) as unknown,
      ),
    );
  });
});

describe("the published schema", () => {
  it("is that of the code (when it is not: vitest run test/simulator/scenario.test.ts -u)", async () => {
    const schema = z.toJSONSchema(scenarioSchema, { io: "input" });

    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(
      "../../docs/scenario.schema.json",
    );
  });
});

describe("the simulator's page in docs/", () => {
  const page = readFileSync(new URL("../../docs/simulator.md", import.meta.url), "utf8");

  it("shows a scenario that can be read", () => {
    const example = /```json\n(?<text>[\s\S]*?)```/u.exec(page)?.groups?.["text"] ?? "";

    expect(parseScenario(JSON.parse(example)).vms).toHaveLength(2);
  });

  it.each([...OPERATIONS, ...fault.options.map(({ shape }) => shape.kind.value)])(
    "names %s",
    (word) => {
      expect(page).toContain(`\`${word}\``);
    },
  );
});
