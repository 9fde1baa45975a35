import { describe, expect, it } from "vitest";

import type { InventoryVm } from "../../shared/facts/inventory-vm.ts";
import type { Inventory } from "../../shared/facts/inventory.ts";
import { findOwners, ownersOf } from "../../shared/facts/owners.ts";
import { aListedNic, aListedVm, GROUP } from "./listed-vm.ts";

function names(vms: readonly InventoryVm[], computer: string): readonly string[] {
  return ownersOf({ vms }, { kind: "computer", computer }).map(({ vmName }) => vmName);
}

describe("who has an address", () => {
  const vms = [
    aListedVm("vm-crane", {
      nics: [
        aListedNic("nic-Crane", { privateAddresses: ["10.71.4.20", "10.71.4.21"] }),
        aListedNic("nic-Crane-b", {
          primary: false,
          privateAddresses: ["10.71.5.20"],
          publicAddresses: ["203.0.113.20"],
        }),
      ],
    }),
    aListedVm("vm-winch", { nics: [aListedNic("nic-winch", { privateAddresses: ["10.71.4.2"] })] }),
  ];

  it.each([
    ["the primary NIC's", "10.71.4.20", "nic-crane"],
    ["a further one of the primary NIC", "10.71.4.21", "nic-crane"],
    ["a secondary NIC's", "10.71.5.20", "nic-crane-b"],
    ["a public one", "203.0.113.20", "nic-crane-b"],
    ["one that another begins with", "10.71.4.2", "nic-winch"],
  ])("is the VM, with the NIC that has it: %s", (_what, address, nic) => {
    const owners = ownersOf({ vms }, { kind: "address", address });

    expect(owners).toHaveLength(1);
    expect(owners[0]?.nicId).toBe(
      `${GROUP.toLowerCase()}/microsoft.network/networkinterfaces/${nic}`,
    );
    expect(owners[0]?.vmId).toContain(nic === "nic-winch" ? "/vm-winch" : "/vm-crane");
  });

  it("is nobody for an unknown one, and each of those that have it", () => {
    const twin = aListedVm("vm-twin", {
      nics: [aListedNic("nic-twin", { privateAddresses: ["10.71.4.20"] })],
    });

    const unknown = ownersOf({ vms }, { kind: "address", address: "10.71.4.99" });
    const both = ownersOf({ vms: [...vms, twin] }, { kind: "address", address: "10.71.4.20" });

    expect(unknown).toEqual([]);
    expect(both.map(({ vmName }) => vmName)).toEqual(["vm-crane", "vm-twin"]);
  });
});

describe("whose computer name it is", () => {
  it.each([
    ["the name in any letter case", "vm-crane", "VM-CRANE"],
    ["a full name of a domain", "vm-crane", "vm-crane.Harbour.example"],
    ["a name that Windows cut", "vm-harbour-crane-7", "VM-HARBOUR-CRAN"],
    ["the uncut name", "vm-harbour-crane-7", "vm-harbour-crane-7"],
    ["the uncut name in a domain", "vm-harbour-crane-7", "vm-harbour-crane-7.harbour.example"],
  ])("is told from %s", (_what, vmName, computer) => {
    const others = [aListedVm("vm-winch"), aListedVm("vm"), aListedVm("vm-crane-2")];

    expect(names([...others, aListedVm(vmName)], computer)).toEqual([vmName]);
  });

  it("is told by the VM's own name where no name of a computer is known", () => {
    const vm = aListedVm("vm.crane", { computerName: null });

    expect(names([vm], "VM.Crane")).toEqual(["vm.crane"]);
  });

  it("is told by the name of the computer first, where another VM is called so", () => {
    const renamed = aListedVm("vm-old", { computerName: "VM-CRANE" });
    const namesake = aListedVm("vm-crane", { computerName: "HOST-7" });

    expect(names([namesake, renamed], "vm-crane")).toEqual(["vm-old"]);
  });

  it("is told by the whole name before one that was cut", () => {
    const whole = aListedVm("vm-a", { computerName: "VM-HARBOUR-CRAN" });
    const cut = aListedVm("vm-b", { computerName: "VM-HARBOUR-CRANE-8" });

    expect(names([cut, whole], "vm-harbour-cran")).toEqual(["vm-a"]);
    expect(names([cut, whole], "vm-harbour-crane-9")).toEqual(["vm-a"]);
  });

  it("is nobody's if it only begins alike, and each one's that Windows cut to the same", () => {
    const seven = aListedVm("vm-harbour-crane-7", { computerName: null });
    const eight = aListedVm("vm-harbour-crane-8", { computerName: null });

    expect(names([seven, eight], "vm-harbour-crane-9")).toEqual([]);
    expect(names([seven, eight], "vm-harb")).toEqual([]);
    expect(names([seven, eight], "vm-harbour-cran")).toEqual([seven.name, eight.name]);
  });
});

describe("the search", () => {
  const twice = [aListedVm("vm-crane"), aListedVm("vm-crane")];

  it.each([
    ["does with an older inventory that names one VM", [aListedVm("vm-crane")], [300]],
    ["asks for a younger one where nobody is found, as a VM may be new", [], [300, 60]],
    ["asks for a younger one where several are found, as one may be gone", twice, [300, 60]],
  ])("%s", async (_what, vms, expected) => {
    const ages: number[] = [];
    const inventory: Inventory = { readAt: "2026-03-04T10:00:00.000Z", vms, unseen: [] };

    const { owners } = await findOwners(
      async (maxAgeSeconds) => {
        ages.push(maxAgeSeconds);
        return await Promise.resolve(inventory);
      },
      { kind: "computer", computer: "vm-crane" },
    );

    expect(ages).toEqual(expected);
    expect(owners).toHaveLength(vms.length);
  });
});
