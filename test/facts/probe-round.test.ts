import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";

import type { InventoryVm } from "../../shared/facts/inventory-vm.ts";
import { readInventory } from "../../shared/facts/inventory.ts";
import { probeListed, turnsAfter, type RoundTime } from "../../shared/facts/probe-round.ts";
import { aBrokenVm, aVm, simulatedAzure } from "../azure/simulated-azure.ts";
import { aListedNic, aListedVm } from "./listed-vm.ts";

/** Everything that has its turn in a minute, a few at a time. */
function turnsOf(vms: readonly InventoryVm[], time: RoundTime): readonly InventoryVm[] {
  const all: InventoryVm[] = [];
  for (;;) {
    const some = turnsAfter(all.at(-1)?.id.toLowerCase() ?? null, vms, time);
    all.push(...some);
    if (some.length === 0) {
      return all;
    }
  }
}

function aFleet(names: readonly string[]): readonly InventoryVm[] {
  return names.map((name) => aListedVm(name));
}

describe("turns", () => {
  test.prop([
    fc.uniqueArray(fc.stringMatching(/^[A-Za-z][\w-]{0,14}$/u), {
      maxLength: 40,
      selector: (name) => name.toLowerCase(),
    }),
    fc.integer({ min: 1, max: 30 }),
    fc.integer({ min: 0, max: 40_000_000 }),
  ])("come to each VM once in any row of minutes as long as a round", (names, length, first) => {
    const vms = aFleet(names);

    const turns = Array.from({ length }, (_, index) =>
      turnsOf(vms, { minute: first + index, roundMinutes: length }),
    ).flat();

    expect(turns.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  });

  it("are spread over the round: of 500 VMs in 60 minutes at most 20 in one, and none without", () => {
    const vms = aFleet(Array.from({ length: 500 }, (_, index) => `vm-${index}`));

    const counts = Array.from(
      { length: 60 },
      (_, minute) => turnsOf(vms, { minute, roundMinutes: 60 }).length,
    );

    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(500);
    expect(Math.max(...counts)).toBeLessThanOrEqual(20);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });

  it("come in the same minute however Azure spells the id", () => {
    const vm = aListedVm("vm-crane");
    const spelled = { ...vm, id: vm.id.toUpperCase() };

    const minutes = [vm, spelled].map((one) =>
      Array.from({ length: 30 }, (_, minute) => minute).filter(
        (minute) => turnsOf([one], { minute, roundMinutes: 30 }).length === 1,
      ),
    );

    expect(minutes[0]).toEqual(minutes[1]);
  });

  it.each<[string, Partial<InventoryVm>, number]>([
    ["that runs", { powerState: "running" }, 1],
    ["whose state the lists do not tell", { powerState: "unknown" }, 1],
    ["that is deallocated", { powerState: "deallocated" }, 0],
    ["that is stopped", { powerState: "stopped" }, 0],
    ["with Linux", { osType: "Linux" }, 0],
    ["with an unknown system", { osType: "unknown" }, 0],
  ])("of a VM %s: %o", (_title, parts, count) => {
    const vms = [aListedVm("vm-crane", parts)];

    expect(turnsOf(vms, { minute: 7, roundMinutes: 1 })).toHaveLength(count);
  });
});

describe("a probe of listed VMs", () => {
  const settings = { port: 3389, timeoutSeconds: 0.5, control: null } as const;

  it("tells answers, silence, and what cannot be told, and asks Azure nothing", async () => {
    const { azure, endpoint, operations } = await simulatedAzure({
      network: {
        subnets: [
          { name: "apps", prefixes: ["10.40.2.0/24"] },
          { name: "alone", prefixes: ["10.40.3.0/24"] },
        ],
      },
      vms: [
        aVm("vm-well", "10.40.2.4"),
        aBrokenVm("vm-broken", "10.40.2.5"),
        aVm("vm-deaf", "10.40.2.6", { guest: { rdpListening: false } }),
        aVm("vm-alone", "10.40.3.4", {
          nics: [
            {
              ipConfigurations: [{ address: "10.40.3.4", subnet: "alone" }],
              adapter: { static: { addresses: ["10.40.3.99/24"], gateway: "10.40.3.1" } },
            },
          ],
        }),
      ],
    });
    const { vms } = await readInventory(azure);
    const before = await operations();

    const answers = await probeListed(vms, vms, { ...settings, proxy: endpoint });

    expect(answers).toEqual(["answers", "no-answer", "unknown", "unknown"]);
    const asked = (await operations()).slice(before.length);
    expect(new Set(asked)).toEqual(new Set(["proxy.connect"]));
  });

  it("takes the control target of the settings for a VM that is alone in its subnet", async () => {
    const { azure, endpoint } = await simulatedAzure({
      vms: [aBrokenVm("vm-broken", "10.40.2.5"), aVm("vm-control", "10.40.2.4")],
    });
    const { vms } = await readInventory(azure);
    const alone = vms.filter(({ name }) => name === "vm-broken");
    const probe = { ...settings, proxy: endpoint };

    const without = await probeListed(alone, alone, probe);
    const answering = await probeListed(alone, alone, { ...probe, control: "10.40.2.4:3389" });
    const silent = await probeListed(alone, alone, { ...probe, control: "10.40.2.5:3389" });

    expect([without, answering, silent]).toEqual([["unknown"], ["no-answer"], ["unknown"]]);
  });

  it("asks the public address where the private one is silent", async () => {
    const { azure, endpoint } = await simulatedAzure({
      vms: [aVm("vm-well", "10.40.2.4"), aBrokenVm("vm-broken", "10.40.2.5")],
    });
    const { vms } = await readInventory(azure);
    const nic = aListedNic("nic", {
      subnetId: vms[0]?.nics[0]?.subnetId ?? null,
      privateAddresses: ["10.40.2.5"],
      publicAddresses: ["10.40.2.4"],
    });
    const vm = aListedVm("vm-both", { nics: [nic] });

    const answers = await probeListed([vm], vms, { ...settings, proxy: endpoint });

    expect(answers).toEqual(["answers"]);
  });

  it("cannot tell of a VM without an address", async () => {
    const vm = aListedVm("vm-bare", { nics: [aListedNic("nic")] });

    expect(await probeListed([vm], [vm], { ...settings, proxy: null })).toEqual(["unknown"]);
  });
});
