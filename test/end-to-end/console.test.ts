import { afterEach, describe, expect, it } from "vitest";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { aNicWrite, aWriteData } from "../signals/payloads.ts";
import { Fleet, type ShownIncident } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario, type VmInput } from "./scenarios.ts";
import { eventGridPath, nicIdOf } from "./shown-signals.ts";

/** A busy machine may answer late; a VM that nothing reaches takes this long to be silent. */
const PATIENT = { REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1", REMEDIATOR_SETTLE_SECONDS: "4" };
const ALLOWED = { ...PATIENT, REMEDIATOR_ALLOW: "console" };

/** The true fault: Windows has a wrong static address, and so its agent is silent too. */
function aSilentVm(name: string, n: number, more: Partial<VmInput> = {}): VmInput {
  return aBrokenVm(name, n, { agentSurvivesWrongAddress: false, ...more });
}

describe("a VM whose agent is silent", () => {
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

  async function effectsOf(vm: string): Promise<readonly string[]> {
    return (await fleet.log(vm)).effects.map(({ kind }) => kind);
  }

  async function requestsOf(vm: string): Promise<readonly string[]> {
    return (await fleet.log(vm)).requests.map(({ operation }) => operation);
  }

  it("is healed over the serial console without a restart, and ends on DHCP", async () => {
    await start([aSilentVm("vm-a", 10)]);

    const { outcome, ledger, steps } = await alerted("vm-a");

    const effects = await effectsOf("vm-a");
    const requests = await requestsOf("vm-a");
    expect(outcome).toMatchObject({ kind: "healed", code: "serial-console", remarks: [] });
    expect(effects).toEqual([
      "snapshotCreated",
      "staticChanged",
      "dhcpSwitched",
      "routesChanged",
      "snapshotUpdated",
    ]);
    expect(requests.indexOf("console.connect")).toBeLessThan(requests.indexOf("runCommand.post"));
    expect(ledger.map(({ state }) => state)).toEqual(["done", "done"]);
    expect(steps.map(({ name }) => name)).toContain("consoleSet");
  });

  it("is left to a person where the console is not allowed by name", async () => {
    await start([aSilentVm("vm-a", 10)], PATIENT);

    const { outcome } = await alerted("vm-a");

    expect(outcome).toMatchObject({ kind: "needsHuman", code: "guest-unreadable" });
    expect(await requestsOf("vm-a")).not.toContain("console.connect");
  });

  it("keeps its session where somebody else works at the console: nothing is typed", async () => {
    await start([aSilentVm("vm-a", 10, { guest: { console: { front: "cmd" } } })]);

    const { outcome } = await alerted("vm-a");

    expect(outcome).toMatchObject({ kind: "needsHuman", code: "guest-unreadable" });
    expect(outcome?.message).toContain("Somebody's session is open at the serial console.");
    expect(await effectsOf("vm-a")).not.toContain("staticChanged");
  });

  it.each<[string, Partial<VmInput>, Partial<ScenarioInput>, string]>([
    ["boot diagnostics are off", { bootDiagnostics: false }, {}, "Boot diagnostics of VM vm-a"],
    ["the subscription has no console", {}, { serialConsoleDisabled: true }, "is off for this"],
    [
      "Azure refuses the connection",
      {},
      { role: { actions: ["*"], notActions: ["Microsoft.SerialConsole/*/action"] } },
      "AuthorizationFailed",
    ],
  ])("is left to a person, with the reason, where %s", async (_why, vm, more, reason) => {
    await start([aSilentVm("vm-a", 10, vm)], ALLOWED, more);

    const { outcome } = await alerted("vm-a");

    expect(outcome).toMatchObject({ kind: "needsHuman", code: "guest-unreadable" });
    expect(outcome?.message).toContain(reason);
    expect(await effectsOf("vm-a")).not.toContain("staticChanged");
  });

  it("is healed although Azure fails, and loses an answer, at the connection", async () => {
    const faults: ScenarioInput["faults"] = [
      { kind: "error", operation: "console.connect", vm: "vm-a" },
      { kind: "lost", operation: "console.connect", vm: "vm-a", nth: 3 },
    ];
    await start([aSilentVm("vm-a", 10)], ALLOWED, { faults });

    const { outcome } = await alerted("vm-a");

    expect(outcome).toMatchObject({ kind: "healed", code: "serial-console" });
  });

  it("gets its address on the right one of several network numbers", async () => {
    const second = {
      ipConfigurations: [{ address: "10.40.0.80" }],
      adapter: { static: { addresses: ["10.40.0.80/23"], gateway: null } },
    };
    const vm = aSilentVm("vm-a", 10);
    await start([{ ...vm, nics: [...vm.nics, second] }]);

    const { outcome } = await alerted("vm-a");

    const set = (await fleet.log("vm-a")).effects.find(({ kind }) => kind === "staticChanged");
    expect(outcome).toMatchObject({ kind: "healed", code: "serial-console" });
    expect(set?.detail).toContain("static 10.40.1.10/23");
  });

  it("is healed, with what to type, where the agent stays silent all the same", async () => {
    await start([aSilentVm("vm-a", 10, { agent: false })]);

    const { outcome } = await alerted("vm-a");

    expect(outcome).toMatchObject({ kind: "healed", code: "serial-console" });
    expect(outcome?.remarks.join(" ")).toContain("source=dhcp");
    expect(await effectsOf("vm-a")).not.toContain("dhcpSwitched");
  });

  it.each([
    ["a dry run", ALLOWED, { dryRun: true }, "guest-unreadable"],
    ["observing", { ...ALLOWED, REMEDIATOR_MODE: "observe" }, {}, "guest-unreadable"],
  ])("is not disturbed at its console by %s", async (_what, settings, request, code) => {
    await start([aSilentVm("vm-a", 10)], settings);

    await fleet.heal("vm-a", request);
    const { outcome } = await fleet.outcomeOf("vm-a");

    expect(outcome?.code).toBe(code);
    expect(await requestsOf("vm-a")).not.toContain("console.connect");
  });

  it.each([
    ["a dry run", ALLOWED, { dryRun: true, console: true }, "dry-run"],
    ["observing", { ...ALLOWED, REMEDIATOR_MODE: "observe" }, { console: true }, "observe"],
  ])(
    "is looked at over its console by %s that asks for it",
    async (_what, settings, request, code) => {
      await start([aSilentVm("vm-a", 10)], settings);

      await fleet.heal("vm-a", request);
      const { outcome } = await fleet.outcomeOf("vm-a");

      expect(outcome).toMatchObject({ kind: "refused", code });
      expect(outcome?.message).toContain("set Azure's address over the serial console");
      expect(await requestsOf("vm-a")).toContain("console.connect");
      expect(await effectsOf("vm-a")).toEqual([]);
    },
  );

  it.each<[string, VmInput, Readonly<Record<string, string>>, string]>([
    ["the settings do not allow it", aSilentVm("vm-a", 10), PATIENT, "add console to"],
    ["Windows can be read without it", aBrokenVm("vm-a", 10), ALLOWED, "read without it"],
    ["the VM answers", { ...aHealthyVm("vm-a", 10), agent: false }, ALLOWED, "not surely silent"],
  ])(
    "is not looked at over its console where %s, and the operator is told",
    async (_why, vm, settings, why) => {
      await start([vm], settings);

      await fleet.heal("vm-a", { dryRun: true, console: true });
      const { outcome } = await fleet.outcomeOf("vm-a");

      expect(outcome?.remarks.join(" ")).toContain("The serial console was not opened");
      expect(outcome?.remarks.join(" ")).toContain(why);
      expect(await requestsOf("vm-a")).not.toContain("console.connect");
    },
  );

  it.each(["an alert", "a NIC write"])(
    "is looked at while its snapshot is made, after %s",
    async (signal) => {
      const faults: ScenarioInput["faults"] = [
        { kind: "slow", operation: "snapshot.put", seconds: 3 },
      ];
      await start(
        [aSilentVm("vm-a", 10, { guest: { console: { delaySeconds: 0.5 } } })],
        { ...ALLOWED, REMEDIATOR_SETTLE_SECONDS: "0" },
        { faults },
      );

      if (signal === "an alert") {
        await fleet.admin("/alerts", { vm: "vm-a" });
      } else {
        await fleet.api(eventGridPath("nicChanged"), [
          aNicWrite({ data: aWriteData({ resourceUri: nicIdOf(fleet, "vm-a") }) }),
        ]);
      }
      await fleet.outcomeOf("vm-a");

      const requests = await requestsOf("vm-a");
      const asked = requests.indexOf("snapshot.put");
      const [, listed = -1] = requests.flatMap((name, at) => (name === "console.line" ? at : []));
      expect(asked).toBeGreaterThan(-1);
      expect(asked).toBeLessThan(listed);
      expect(listed).toBeLessThan(requests.lastIndexOf("snapshot.get"));
    },
  );

  it("is healed once, on DHCP, although the host dies when the address is set", async () => {
    await start([aSilentVm("vm-a", 10)]);
    await fleet.admin("/alerts", { vm: "vm-a" });
    await fleet.until("the address set at the console", 40, async () =>
      (await effectsOf("vm-a")).includes("staticChanged") ? true : null,
    );

    await fleet.killHost();
    await fleet.startHost();
    const { outcome } = await fleet.outcomeOf("vm-a");

    const effects = await effectsOf("vm-a");
    expect(outcome).toMatchObject({ kind: "healed", code: "serial-console" });
    expect(effects.filter((kind) => kind === "staticChanged")).toHaveLength(1);
    expect(effects.filter((kind) => kind === "dhcpSwitched")).toHaveLength(1);
    expect(await fleet.incidents("vm-a")).toHaveLength(1);
  });
});
