import { afterEach, describe, expect, it } from "vitest";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { Fleet, type ShownIncident } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario, type VmInput } from "./scenarios.ts";
import { addressOf, readNic } from "./shown-nics.ts";

/** A busy machine may answer late; a VM that restarts is up at once. */
const PATIENT = { REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1", REMEDIATOR_SETTLE_SECONDS: "4" };
const TAGS = { "static-ip-remediator": "on", "Static-IP-Remediator-Pin": "On" };

describe("the address of a VM's NIC", () => {
  let fleet: Fleet;

  afterEach(async () => {
    await fleet.close();
  });

  async function start(...vms: readonly VmInput[]): Promise<void> {
    await startWith({}, ...vms);
  }

  async function startWith(
    more: Partial<ScenarioInput>,
    ...vms: readonly VmInput[]
  ): Promise<void> {
    fleet = await Fleet.start(aScenario([...vms, aHealthyVm("vm-control", 250)], more), PATIENT);
  }

  async function asked(
    request: Readonly<Record<string, unknown>> = {},
    vm = "vm-a",
  ): Promise<ShownIncident> {
    await fleet.heal(vm, { pinAddress: true, ...request });
    return await fleet.outcomeOf(vm);
  }

  async function allocation(): Promise<readonly [string, string]> {
    return addressOf(await readNic(fleet, "vm-a"));
  }

  async function effectsOf(): Promise<readonly string[]> {
    return (await fleet.log("vm-a")).effects.map(({ kind }) => kind);
  }

  async function writes(): Promise<number> {
    return (await fleet.log("vm-a")).requests.filter(({ operation }) => operation === "nic.put")
      .length;
  }

  it("is pinned after the heal, when an operator asks for it, and proven again", async () => {
    await start(aBrokenVm("vm-a", 10));

    const { outcome, ledger, steps } = await asked();

    const effects = await effectsOf();
    expect(outcome).toMatchObject({ kind: "healed", code: "guest-dhcp" });
    expect(outcome?.message).toContain("Azure keeps 10.40.0.10 for NIC nic-a now (Static).");
    expect(ledger).toMatchObject([
      { remedy: "guestDhcp", state: "done" },
      { remedy: "pinAddress", state: "done", before: { nic: { name: "nic-a" } } },
    ]);
    expect(await allocation()).toEqual(["10.40.0.10", "Static"]);
    expect(effects.indexOf("nicWritten")).toBeGreaterThan(effects.indexOf("dhcpSwitched"));
    const names = steps.map(({ name }) => name);
    expect(names.indexOf("pinAddress")).toBeGreaterThan(names.indexOf("secondProbe"));
    expect(names.lastIndexOf("proof")).toBeGreaterThan(names.indexOf("pinAddress"));
  });

  it("is pinned by the VM's tag after an alert's heal, and never before the VM is proven", async () => {
    await start(aBrokenVm("vm-a", 10, { tags: TAGS }));
    await fleet.admin("/subscriptions", { kind: "alerts", url: `${fleet.url}/api/alerts` });

    await fleet.admin("/alerts", { vm: "vm-a" });
    const { outcome } = await fleet.outcomeOf("vm-a");

    expect(outcome).toMatchObject({ kind: "healed", code: "guest-dhcp" });
    expect(await allocation()).toEqual(["10.40.0.10", "Static"]);
  });

  it("is not touched where nobody asked", async () => {
    await start(aBrokenVm("vm-a", 10));

    const { outcome } = await asked({ pinAddress: false });

    expect(outcome?.kind).toBe("healed");
    expect(await writes()).toBe(0);
  });

  it("of a well VM is pinned with a snapshot first, and the outcome says that something was changed", async () => {
    await start(aHealthyVm("vm-a", 10));

    const { outcome } = await asked();

    expect(outcome).toMatchObject({ kind: "healed", code: "pin-address" });
    expect(await allocation()).toEqual(["10.40.0.10", "Static"]);
    expect(await effectsOf()).toEqual(["snapshotCreated", "nicWritten", "snapshotUpdated"]);
  });

  it("is pinned although that restarts the VM and changes its MAC address", async () => {
    await startWith({ allocationRestarts: true }, aBrokenVm("vm-a", 10));

    const { outcome } = await asked();

    expect(outcome).toMatchObject({ kind: "healed", code: "guest-dhcp" });
    expect(await effectsOf()).toContain("vmRestarted");
    expect(await allocation()).toEqual(["10.40.0.10", "Static"]);
  });

  it("needs a person where RDP is silent after it, who is told how to put it back", async () => {
    const faults: ScenarioInput["faults"] = [
      { kind: "dropProbe", vm: "vm-a", nth: 2, count: "always" },
    ];
    await startWith({ allocationRestarts: true, faults }, aHealthyVm("vm-a", 10));

    const { outcome } = await asked();

    expect(outcome).toMatchObject({ kind: "needsHuman", code: "pin-rdp-silent" });
    expect(outcome?.nextStep).toContain(
      'networkInterfaces/nic-a/ipConfigurations/ipconfig1" --set privateIPAllocationMethod=Dynamic',
    );
  });

  it("says what it would cost in a dry run, which changes nothing", async () => {
    await start(aBrokenVm("vm-a", 10));

    const { outcome } = await asked({ dryRun: true });

    expect(outcome).toMatchObject({ kind: "refused", code: "dry-run" });
    expect(outcome?.message).toContain("Azure is to keep 10.40.0.10");
    expect(outcome?.message).toContain("expect one restart");
    expect(await effectsOf()).toEqual([]);
  });

  it("is left alone where it is Static, where there are several, and where Windows' role forbids it or is not known", async () => {
    const several: VmInput["nics"][number] = {
      ipConfigurations: [{ address: "10.40.0.31" }, { address: "10.40.0.32" }],
      adapter: {
        static: { addresses: ["10.40.0.31/23", "10.40.0.32/23"], gateway: "10.40.0.1" },
      },
    };
    const kept: VmInput["nics"][number] = {
      ipConfigurations: [{ address: "10.40.0.30", allocation: "Static" }],
    };
    await start(
      { ...aHealthyVm("vm-kept", 30), nics: [kept] },
      { ...aHealthyVm("vm-several", 31), nics: [several] },
      { ...aHealthyVm("vm-directory", 33), guest: { roles: ["domainController"] } },
      { ...aHealthyVm("vm-mute", 34), agent: false },
    );

    const ends = await Promise.all(
      ["vm-kept", "vm-several", "vm-directory", "vm-mute"].map(async (vm) => await asked({}, vm)),
    );

    expect(ends.map(({ outcome }) => `${outcome?.kind}: ${outcome?.code}`)).toEqual([
      "healthy: healthy",
      "refused: pin-several-addresses",
      "refused: role-domain-controller",
      "refused: pin-role-unknown",
    ]);
    expect(ends.flatMap(({ ledger }) => ledger)).toEqual([]);
    expect((await fleet.log()).requests.map(({ operation }) => operation)).not.toContain("nic.put");
  });

  it("is not pinned over somebody else's write in between, which stays", async () => {
    await start(aHealthyVm("vm-a", 10));
    await fleet.admin("/holds", { operation: "nic.put", when: "before", vm: "vm-a" });

    await fleet.heal("vm-a", { pinAddress: true });
    await fetch(`${fleet.simulator.armEndpoint}/_simulator/holds/1?wait=40`);
    await fleet.admin("/nics/nic-a", { address: "10.40.0.77" });
    await fleet.admin("/holds/1/release", {});
    const { outcome, ledger } = await fleet.outcomeOf("vm-a");

    expect(outcome).toMatchObject({ kind: "refused", code: "changed-meanwhile" });
    expect(ledger).toMatchObject([{ remedy: "pinAddress", state: "untouched" }]);
    expect(await allocation()).toEqual(["10.40.0.77", "Static"]);
  });

  it("is pinned once although the host dies after the write, before its answer", async () => {
    await start(aHealthyVm("vm-a", 10));
    await fleet.admin("/holds", { operation: "nic.put", when: "after", vm: "vm-a" });

    await fleet.heal("vm-a", { pinAddress: true });
    await fetch(`${fleet.simulator.armEndpoint}/_simulator/holds/1?wait=40`);
    await fleet.killHost();
    await fleet.clearHolds();
    await fleet.startHost();
    const { outcome } = await fleet.outcomeOf("vm-a");

    expect(outcome).toMatchObject({ kind: "healed", code: "pin-address" });
    expect((await effectsOf()).filter((kind) => kind === "nicWritten")).toHaveLength(1);
    expect(await fleet.incidents("vm-a")).toHaveLength(1);
  });

  it("is told as it is where Azure fails, loses an answer, or ends the operation as failed", async () => {
    const fault = { operation: "nic.put" } as const;
    const faults: ScenarioInput["faults"] = [
      { ...fault, kind: "error", vm: "vm-lost" },
      { ...fault, kind: "lost", vm: "vm-lost", nth: 2 },
      { ...fault, kind: "failOperation", vm: "vm-none", when: "before" },
      { ...fault, kind: "failOperation", vm: "vm-taken", when: "after" },
    ];
    const vms = ["vm-lost", "vm-none", "vm-taken"];
    await startWith({ faults }, ...vms.map((vm, index) => aHealthyVm(vm, 10 + index)));

    // One after the other: each may restart its VM, and only one may at a time.
    const lost = await asked({}, "vm-lost");
    const none = await asked({}, "vm-none");
    const taken = await asked({}, "vm-taken");

    expect(lost.outcome).toMatchObject({ kind: "healed", code: "pin-address" });
    expect(none.outcome?.kind).toBe("refused");
    expect(none.ledger).toMatchObject([{ remedy: "pinAddress", state: "untouched" }]);
    expect(taken.outcome?.kind).toBe("needsHuman");
    expect(taken.ledger).toMatchObject([{ remedy: "pinAddress", state: "unknown" }]);
    const { effects } = await fleet.log("vm-lost");
    expect(effects.filter(({ kind }) => kind === "nicWritten")).toHaveLength(1);
    const fourth = await asked({}, "vm-control");
    expect(fourth.outcome).toMatchObject({ kind: "refused", code: "restart-limit" });
  });
});
