import { describe, expect, it } from "vitest";

import { addressesAgree, alertedVm, ourSnapshots, partOf } from "../../local/cli/demo/fleet.ts";
import { checksOf } from "../../local/cli/demo/verdict.ts";
import type { Ending } from "../../local/cli/demo/verdict.ts";
import type { SimulatedVm } from "../../local/cli/simulator/simulator-schema.ts";
import { newTags } from "../../shared/backup/snapshot-tags.ts";

interface Sides {
  readonly name?: string;
  readonly azure?: readonly string[];
  readonly windows?: readonly string[];
  readonly dhcp?: boolean;
  readonly rdp?: string;
  readonly tasks?: readonly string[];
}

function aVm(sides: Sides): SimulatedVm {
  const { name = "vm-a", azure = ["10.30.1.4"], windows = azure, dhcp = true } = sides;
  const addresses = windows.map((ip) => ({ ip }));
  return {
    id: `/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/${name}`,
    name,
    note: "",
    agent: { survivesWrongAddress: false },
    azureAddresses: [...azure],
    rdp: { kind: sides.rdp ?? "open" },
    guest: {
      adapters: [
        { name: "Ethernet", service: "netvsc", dhcp, addresses },
        { name: "Loopback", service: "", dhcp: false, addresses: [{ ip: "127.0.0.1" }] },
      ],
      tasks: (sides.tasks ?? []).map((task) => ({ name: task })),
    },
    netsh: "",
  };
}

const broken = aVm({ name: "vm-b", windows: ["10.30.1.99"], dhcp: false, rdp: "silent" });

describe("the fleet of the demo", () => {
  it("compares addresses as sets and only on Azure's network", () => {
    const swapped = aVm({ azure: ["10.0.0.4", "10.0.0.5"], windows: ["10.0.0.5", "10.0.0.4"] });

    expect(addressesAgree(swapped)).toBe(true);
    expect(addressesAgree(broken)).toBe(false);
    expect(addressesAgree(aVm({ windows: ["10.30.1.4", "10.30.1.5"] }))).toBe(false);
  });

  it.each([
    { named: "VM-A", wanted: "vm-a", why: "the scenario names it" },
    { named: undefined, wanted: "vm-b", why: "it is the first with a wrong address" },
  ])("alerts $wanted, since $why", ({ named, wanted }) => {
    expect(alertedVm([aVm({}), broken], named)?.name).toBe(wanted);
  });

  it("alerts the first VM where none has a wrong address", () => {
    expect(alertedVm([aVm({}), aVm({ name: "vm-c" })], undefined)?.name).toBe("vm-a");
  });

  it.each([
    { vm: broken, part: "alerted" },
    { vm: aVm({}), part: "healthy" },
    { vm: aVm({ dhcp: false }), part: "staticByRight" },
    { vm: aVm({ rdp: "silent" }), part: "bystander" },
    { vm: { ...broken, name: "vm-c" }, part: "bystander" },
  ])("has a VM that is $part", ({ vm, part }) => {
    const parts = partOf(vm, broken.name);

    // The loopback adapter is static by nature and says nothing.
    expect(parts).toBe(part);
  });

  it("counts only snapshots with this program's tags, with their expiry", () => {
    const expiresAt = "2026-05-11T10:00:00.000Z";
    const ours = { name: "ours", tags: newTags("inc-1", "vm", expiresAt) };
    const other = { name: "other", tags: { createdBy: "somebody" } };
    const properties = { provisioningState: "Succeeded" };

    const found = ourSnapshots([
      { ...ours, properties },
      { ...other, properties },
    ]);

    expect(found).toEqual([{ name: "ours", expiresAt, complete: true }]);
  });
});

describe("the verdict of the demo", () => {
  const good: Ending = {
    result: { outcome: "healed", code: "guest-dhcp" },
    after: aVm({}),
    snapshots: [{ name: "snap", expiresAt: null, complete: true }],
    switches: 1,
    restarts: 0,
    nicsKept: true,
    leftAlone: [{ vm: "vm-c", asExpected: true, why: "healthy", changes: 0 }],
  };
  const [alone = { vm: "", asExpected: true, why: "", changes: 0 }] = good.leftAlone;

  it("is good when everything holds", () => {
    expect(checksOf(good).filter(({ holds }) => !holds)).toEqual([]);
  });

  it.each<{ readonly change: Partial<Ending>; readonly fails: string }>([
    { change: { result: { outcome: "healthy", code: "x" } }, fails: "the outcome is healed" },
    { change: { after: aVm({ rdp: "silent" }) }, fails: "RDP answers" },
    {
      change: { after: aVm({ windows: ["10.9.9.9"] }) },
      fails: "Windows has Azure's address, by DHCP",
    },
    { change: { after: aVm({ dhcp: false }) }, fails: "Windows has Azure's address, by DHCP" },
    { change: { snapshots: [] }, fails: "one snapshot, complete" },
    {
      change: { snapshots: [{ name: "snap", expiresAt: null, complete: false }] },
      fails: "one snapshot, complete",
    },
    { change: { switches: 2 }, fails: "one switch to DHCP" },
    { change: { restarts: 1 }, fails: "no restart" },
    { change: { nicsKept: false }, fails: "the NIC is what it was" },
    { change: { after: aVm({ tasks: ["t"] }) }, fails: "no dead-man task is left in Windows" },
    { change: { leftAlone: [{ ...alone, changes: 1 }] }, fails: "vm-c was left alone" },
    { change: { leftAlone: [{ ...alone, asExpected: false }] }, fails: "vm-c was left alone" },
  ])("is bad when this does not hold: $fails", ({ change, fails }) => {
    const failed = checksOf({ ...good, ...change }).filter(({ holds }) => !holds);

    expect(failed.map(({ what }) => what)).toEqual([fails]);
  });

  it.each([
    [1, false],
    [2, true],
    [4, true],
    [5, false],
  ])("on a NIC reset with %i restarts is good: %s", (restarts, isGood) => {
    const result = { outcome: "healed", code: "nic-reset" } as const;

    const checks = checksOf({ ...good, result, switches: 0, restarts });

    expect(checks.every(({ holds }) => holds)).toBe(isGood);
  });
});
