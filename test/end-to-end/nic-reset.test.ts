import { afterEach, describe, expect, it } from "vitest";

import { parseScenario } from "../../local/simulator/scenario/scenario.ts";
import { startSimulator } from "../../local/simulator/simulator.ts";
import { Fleet } from "./fleet.ts";
import {
  aFullVm,
  alerted,
  aStubbornVm,
  aVmOnDhcp,
  RESTARTS_ALLOWED,
  restartsOf,
  startResets,
} from "./resets.ts";
import { aHealthyVm, aScenario } from "./scenarios.ts";
import { addressOf, lasting, putsOf, readNic } from "./shown-nics.ts";

describe("a NIC reset", () => {
  let fleet: Fleet;

  afterEach(async () => {
    await fleet.close();
  });

  async function accepted(vm: string): Promise<number> {
    return (await putsOf(fleet, vm)).filter(({ status }) => status === 200).length;
  }

  it("heals where the guest switch cannot, and leaves every part of the NIC as it was", async () => {
    fleet = await startResets([aFullVm("vm-a", 10)], {
      securityGroups: [
        {
          name: "nsg-full",
          rules: [{ name: "rdp", priority: 100, access: "Allow", ports: ["3389"] }],
        },
      ],
    });
    const before = await readNic(fleet, "vm-a");

    const { outcome, ledger, steps } = await alerted(fleet, "vm-a");

    const after = await readNic(fleet, "vm-a");
    expect(outcome).toMatchObject({ kind: "healed", code: "nic-reset" });
    expect(outcome?.remarks).toEqual([
      expect.stringContaining("There are 2 adapters that Windows remembers"),
    ]);
    expect(lasting(after)).toEqual(lasting(before));
    expect(after.properties.macAddress).not.toBe(before.properties.macAddress);
    expect(ledger.map(({ state }) => state)).toEqual(["untouched", "done"]);
    expect(JSON.stringify(ledger[0])).toContain("Void: the NIC was reset");
    expect(steps.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["nicSwap", "vmUp", "nicRestore"]),
    );
    expect(await restartsOf(fleet, "vm-a")).toBe(2);
    expect(await accepted("vm-a")).toBe(3);
  });

  it("names with each write the NIC that it read, so that nobody's change is overwritten", async () => {
    fleet = await startResets([aStubbornVm("vm-a", 10)]);

    await alerted(fleet, "vm-a");

    const puts = await putsOf(fleet, "vm-a");
    expect(puts.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(puts.every(({ ifMatch }) => /^W\/"[\w-]+"$/u.test(ifMatch ?? ""))).toBe(true);
    expect(new Set(puts.map(({ ifMatch }) => ifMatch)).size).toBe(3);
  });

  it("waits until the VM has restarted before it puts the address back", async () => {
    const scenario = parseScenario(aScenario([aStubbornVm("vm-a", 10), aHealthyVm("vm-b", 11)]));
    fleet = await Fleet.on(await startSimulator({ scenario, latency: "demo" }), {
      ...RESTARTS_ALLOWED,
      REMEDIATOR_SETTLE_SECONDS: "20",
      REMEDIATOR_GUEST_READ_SECONDS: "30",
      REMEDIATOR_GUEST_SWITCH_SECONDS: "30",
      REMEDIATOR_SNAPSHOT_TIMEOUT_SECONDS: "30",
    });

    await fleet.heal("vm-a");
    const { outcome } = await fleet.outcomeOf("vm-a", 90);

    const { effects } = await fleet.log("vm-a");
    const kinds = effects.map(({ kind }) => kind);
    expect(outcome).toMatchObject({ kind: "healed", code: "nic-reset" });
    expect(kinds.filter((kind) => kind === "nicWritten" || kind === "vmRestarted")).toEqual([
      "nicWritten",
      "vmRestarted",
      "nicWritten",
      "vmRestarted",
      "nicWritten",
    ]);
  }, 120_000);

  it("heals an adapter whose lease is stale", async () => {
    fleet = await startResets([aVmOnDhcp("vm-a", 10, { address: "10.40.1.99/23" })], {
      faults: [{ kind: "lease", operation: "nic.put", about: "vm-a", vm: "vm-a", lease: "azure" }],
    });

    const { outcome } = await alerted(fleet, "vm-a");

    expect(outcome).toMatchObject({ kind: "healed", code: "nic-reset" });
    expect(addressOf(await readNic(fleet, "vm-a"))).toEqual(["10.40.0.10", "Dynamic"]);
  });

  it("takes two writes where the address was Static", async () => {
    const [nic] = aStubbornVm("vm-a", 10).nics;
    const ipConfigurations = [{ address: "10.40.0.10", allocation: "Static" as const }];
    fleet = await startResets([aStubbornVm("vm-a", 10, { nics: [{ ...nic, ipConfigurations }] })]);

    const { outcome } = await alerted(fleet, "vm-a");

    expect(outcome).toMatchObject({ kind: "healed", code: "nic-reset" });
    expect(addressOf(await readNic(fleet, "vm-a"))).toEqual(["10.40.0.10", "Static"]);
    expect(await accepted("vm-a")).toBe(2);
  });

  it("leaves the address Static, and says so, where Azure gives another one to Dynamic", async () => {
    fleet = await startResets([aStubbornVm("vm-a", 10)], { dynamicKeepsAddress: false });

    const { outcome } = await alerted(fleet, "vm-a");

    expect(outcome).toMatchObject({ kind: "healed", code: "nic-reset" });
    expect(outcome?.remarks.join(" ")).toContain("was Dynamic and is Static now");
    expect(addressOf(await readNic(fleet, "vm-a"))).toEqual(["10.40.0.10", "Static"]);
    expect(await accepted("vm-a")).toBe(4);
  });

  it("puts the NIC back, and says so, where Windows keeps its adapter and its wrong address", async () => {
    fleet = await startResets([aStubbornVm("vm-a", 10)], { keepMac: true });
    const before = await readNic(fleet, "vm-a");

    const { outcome, ledger } = await alerted(fleet, "vm-a");

    expect(outcome).toMatchObject({ kind: "rolledBack", code: "reset-without-effect" });
    expect(lasting(await readNic(fleet, "vm-a"))).toEqual(lasting(before));
    expect(ledger.map(({ state }) => state)).toEqual(["untouched", "undone"]);
    expect(JSON.stringify(ledger[0])).not.toContain("Void");
  });

  it("heals a guest on DHCP also where the NIC keeps its MAC address", async () => {
    fleet = await startResets([aVmOnDhcp("vm-a", 10, "never")], {
      keepMac: true,
      faults: [{ kind: "lease", operation: "nic.put", about: "vm-a", vm: "vm-a", lease: "azure" }],
    });

    const { outcome } = await alerted(fleet, "vm-a");

    expect(outcome).toMatchObject({ kind: "healed", code: "nic-reset" });
  });

  it("is refused where the only free address is the one that Windows holds wrongly", async () => {
    const [nic] = aStubbornVm("vm-a", 4).nics;
    const wrong = { static: { addresses: ["10.40.0.6/29"], gateway: "10.40.0.1" } };
    fleet = await Fleet.start(
      aScenario(
        [
          aStubbornVm("vm-a", 4, {
            nics: [{ ...nic, ipConfigurations: [{ address: "10.40.0.4" }], adapter: wrong }],
          }),
          aHealthyVm("vm-control", 5),
        ],
        {
          network: { subnets: [{ name: "fleet", prefixes: ["10.40.0.0/29"] }] },
        },
      ),
      RESTARTS_ALLOWED,
    );

    await fleet.heal("vm-a");
    const { outcome, ledger } = await fleet.outcomeOf("vm-a");

    expect(outcome).toMatchObject({ kind: "needsHuman", code: "no-free-address" });
    expect(ledger.map(({ state }) => state)).toEqual(["untouched", "untouched"]);
    expect(await putsOf(fleet, "vm-a")).toEqual([]);
  });

  it("swaps with an address of another prefix where the first one is full", async () => {
    const subnets = [{ name: "fleet", prefixes: ["10.40.0.8/30", "10.40.0.0/29", "10.41.0.0/24"] }];
    const vms = [aStubbornVm("vm-a", 4), aHealthyVm("vm-b", 5), aHealthyVm("vm-control", 6)];
    fleet = await Fleet.start(aScenario(vms, { network: { subnets } }), RESTARTS_ALLOWED);

    await fleet.heal("vm-a");
    const { outcome } = await fleet.outcomeOf("vm-a");

    const { effects } = await fleet.log("vm-a");
    const written = effects.find(({ kind }) => kind === "nicWritten");
    expect(outcome).toMatchObject({ kind: "healed", code: "nic-reset" });
    expect(written?.detail).toContain("10.40.0.4 -> 10.41.0.4");
  });

  it("takes the next address where somebody else takes the first one", async () => {
    fleet = await startResets([aStubbornVm("vm-a", 10), aHealthyVm("vm-quick", 11)], {
      faults: [
        {
          kind: "humanNicChange",
          operation: "nic.put",
          about: "vm-a",
          vm: "vm-quick",
          address: "10.40.0.4",
          when: "before",
        },
      ],
    });

    const { outcome } = await alerted(fleet, "vm-a");

    const puts = await putsOf(fleet, "vm-a");
    const { effects } = await fleet.log("vm-a");
    const written = effects.find(({ kind }) => kind === "nicWritten");
    expect(outcome).toMatchObject({ kind: "healed", code: "nic-reset" });
    expect(puts.map(({ status }) => status)).toEqual([400, 200, 200, 200]);
    expect(written?.detail).toContain("10.40.0.10 -> 10.40.0.5");
  });
});
