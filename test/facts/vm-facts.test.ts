import type { VirtualMachine } from "@azure/arm-compute";
import { describe, expect, it } from "vitest";

import { nicReferencesOf, vmFactsOf } from "../../shared/facts/vm-facts.ts";

const VM_ID =
  "/subscriptions/s/resourceGroups/rg-shop/providers/Microsoft.Compute/virtualMachines/vm-till";
const READY = {
  code: "ProvisioningState/succeeded",
  displayStatus: "Ready",
  time: new Date("2026-03-04T09:58:00Z"),
};

function aVm(parts: Partial<VirtualMachine> = {}): VirtualMachine {
  return { location: "northeurope", name: "vm-till", ...parts };
}

function facts(parts: Partial<VirtualMachine>): ReturnType<typeof vmFactsOf> {
  return vmFactsOf(VM_ID, aVm(parts));
}

function references(...entries: { id?: string; primary?: boolean }[]): unknown {
  return nicReferencesOf(aVm({ networkProfile: { networkInterfaces: entries } }));
}

describe("the power state", () => {
  it.each([
    ["PowerState/running", "running"],
    ["powerstate/Deallocated", "deallocated"],
    ["PowerState/stopped", "stopped"],
    ["PowerState/hibernated", "unknown"],
    ["ProvisioningState/succeeded", "unknown"],
  ])("of status %s is %s", (code, expected) => {
    expect(facts({ instanceView: { statuses: [{ code }] } }).powerState).toBe(expected);
  });

  it("is unknown without an instance view", () => {
    expect(facts({}).powerState).toBe("unknown");
  });
});

describe("the agent", () => {
  it("is ready when its status says so, and reported at that time", () => {
    const read = facts({ instanceView: { vmAgent: { statuses: [READY] } } });

    expect(read).toMatchObject({
      agentReady: true,
      agentReportedAt: "2026-03-04T09:58:00.000Z",
    });
  });

  it("has not reported while it is not ready, whatever time Azure gives", () => {
    const statuses = [
      { code: "ProvisioningState/Unavailable", displayStatus: "Not Ready", time: new Date() },
    ];

    expect(facts({ instanceView: { vmAgent: { statuses } } })).toMatchObject({
      agentReady: false,
      agentReportedAt: null,
    });
  });

  it("survives a time that is none", () => {
    const statuses = [{ ...READY, time: new Date("nonsense") }];

    expect(facts({ instanceView: { vmAgent: { statuses } } }).agentReportedAt).toBeNull();
  });
});

describe("the OS disk", () => {
  const base = { createOption: "FromImage", osType: "Windows" } as const;

  it.each([
    ["managed", { ...base, managedDisk: { id: "/disk" } }, { kind: "managed", id: "/disk" }],
    [
      "ephemeral",
      { ...base, managedDisk: { id: "/disk" }, diffDiskSettings: { option: "Local" } },
      { kind: "ephemeral" },
    ],
    ["unmanaged", { ...base, vhd: { uri: "https://x/y.vhd" } }, { kind: "unmanaged" }],
  ])("is %s", (_kind, osDisk, expected) => {
    expect(facts({ storageProfile: { osDisk } }).osDisk).toEqual(expected);
  });

  it.each([
    ["Windows", "Windows"],
    ["Linux", "Linux"],
    [undefined, "unknown"],
  ] as const)("tells system %s", (osType, expected) => {
    const osDisk = {
      createOption: "FromImage" as const,
      ...(osType === undefined ? {} : { osType }),
    };

    expect(facts({ storageProfile: { osDisk } }).osType).toBe(expected);
  });
});

describe("the NICs", () => {
  it("come with the marked one first", () => {
    expect(references({ id: "/a", primary: false }, { id: "/b", primary: true })).toEqual([
      { id: "/b", primary: true },
      { id: "/a", primary: false },
    ]);
  });

  it("have the first as the primary one where Azure marks none", () => {
    expect(references({ id: "/a" }, { id: "/b" })).toEqual([
      { id: "/a", primary: true },
      { id: "/b", primary: false },
    ]);
  });

  it("leave out a reference without an id", () => {
    expect(references({ primary: true }, { id: "/b" })).toEqual([{ id: "/b", primary: true }]);
  });
});

describe("the VM's own times", () => {
  it("are when it was made, and when Azure last carried out something on it", () => {
    const statuses = [
      { code: "ProvisioningState/succeeded", time: new Date("2026-03-04T09:00:00Z") },
      { code: "PowerState/running", time: new Date("2026-03-04T09:30:00Z") },
    ];
    const timeCreated = new Date("2025-11-20T09:00:00Z");

    expect(facts({ timeCreated, instanceView: { statuses } })).toMatchObject({
      createdAt: "2025-11-20T09:00:00.000Z",
      provisionedAt: "2026-03-04T09:00:00.000Z",
    });
  });

  it("are unknown where Azure does not say them", () => {
    expect(facts({ timeCreated: new Date("soon") })).toMatchObject({
      createdAt: null,
      provisionedAt: null,
    });
  });
});
