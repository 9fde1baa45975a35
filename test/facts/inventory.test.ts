import { describe, expect, it } from "vitest";

import { joinVms } from "../../shared/facts/inventory-vm.ts";
import { readInventory } from "../../shared/facts/inventory.ts";
import { aVm, simulatedAzure } from "../azure/simulated-azure.ts";

const TWO_NICS = aVm("vm-till", "10.40.2.7", {
  tags: { "static-ip-remediator": "on" },
  nics: [
    { ipConfigurations: [{ address: "10.40.2.7" }, { address: "10.40.2.8" }] },
    { ipConfigurations: [{ address: "10.40.2.17", publicAddress: "203.0.113.17" }] },
  ],
});

describe("the inventory", () => {
  it("holds each VM with its names, tags and addresses, at the price of five reads", async () => {
    const { azure, operations, vmId } = await simulatedAzure({
      vms: [TWO_NICS, aVm("vm-desk", "10.40.2.9", { guest: { computerName: "DESK-9" } })],
    });

    const { vms, unseen } = await readInventory(azure);

    expect(unseen).toEqual([]);
    expect(vms.map(({ name, computerName }) => [name, computerName])).toEqual([
      ["vm-till", "VM-TILL"],
      ["vm-desk", "DESK-9"],
    ]);
    expect(vms[0]).toMatchObject({
      id: vmId("vm-till"),
      osType: "Windows",
      tags: { "static-ip-remediator": "on" },
      nics: [
        {
          primary: true,
          privateAddresses: ["10.40.2.7", "10.40.2.8"],
          publicAddresses: [],
        },
        {
          primary: false,
          privateAddresses: ["10.40.2.17"],
          publicAddresses: ["203.0.113.17"],
        },
      ],
    });
    expect((await operations()).toSorted()).toEqual(
      ["subscription.list", "vm.list", "vm.list", "nic.list", "publicIp.list"].toSorted(),
    );
  });

  it("names the subnet of each NIC", async () => {
    const { azure } = await simulatedAzure({ vms: [TWO_NICS] });

    const { vms } = await readInventory(azure);

    expect(vms[0]?.nics[0]?.subnetId).toMatch(/\/subnets\/apps$/u);
  });

  it("is whole where Azure answers in pages", async () => {
    const fleet = ["4", "5", "6"].map((last) => aVm(`vm-shop-${last}`, `10.40.2.${last}`));
    const { azure } = await simulatedAzure({ vms: fleet, pageSize: 1 });

    const { vms } = await readInventory(azure);

    expect(vms.map(({ nics }) => nics[0]?.privateAddresses)).toEqual([
      ["10.40.2.4"],
      ["10.40.2.5"],
      ["10.40.2.6"],
    ]);
  });

  it("spans the subscriptions, and knows whether a VM runs", async () => {
    const id = "6f0c2d81-4b7e-4c1a-9e35-d8a7b1f20c44";
    const network = { subnets: [{ name: "apps", prefixes: ["10.40.2.0/24"] }] };
    const vms = [aVm("vm-branch", "10.40.2.7", { power: "deallocated" })];
    const { azure, operations } = await simulatedAzure({
      vms: [TWO_NICS],
      subscriptions: [{ id, name: "Branch", network, vms }],
    });

    const inventory = await readInventory(azure);

    const told = inventory.vms.map(({ name, powerState, nics }) => [
      name,
      powerState,
      nics[0]?.privateAddresses[0],
    ]);
    expect(told).toEqual([
      ["vm-till", "running", "10.40.2.7"],
      ["vm-branch", "deallocated", "10.40.2.7"],
    ]);
    expect(await operations()).toHaveLength(9);
  });

  it("holds the other subscriptions' VMs where one may not be listed", async () => {
    const id = "6f0c2d81-4b7e-4c1a-9e35-d8a7b1f20c44";
    const network = { subnets: [{ name: "apps", prefixes: ["10.40.2.0/24"] }] };
    const { azure } = await simulatedAzure({
      vms: [TWO_NICS],
      subscriptions: [{ id, name: "Branch", network, vms: [aVm("vm-branch", "10.40.2.7")] }],
      faults: [{ kind: "error", operation: "nic.list", status: 403, code: "AuthorizationFailed" }],
    });

    const { vms, unseen } = await readInventory(azure);

    expect(vms).toHaveLength(1);
    expect(unseen).toHaveLength(1);
    expect(unseen[0]?.name).not.toBe(vms[0]?.name === "vm-till" ? "Subscription 1" : "Branch");
  });

  it.each(["vm.list", "nic.list", "publicIp.list"] as const)(
    "leaves a subscription out, and names it, where %s is forbidden",
    async (operation) => {
      const { azure } = await simulatedAzure({
        vms: [TWO_NICS],
        faults: [
          { kind: "error", operation, status: 403, code: "AuthorizationFailed", count: "always" },
        ],
      });

      const { vms, unseen } = await readInventory(azure);

      expect(vms).toEqual([]);
      expect(unseen).toHaveLength(1);
      expect(unseen[0]?.message).toContain("403 AuthorizationFailed");
    },
  );

  it.each([
    ["the subscriptions", "subscription.list", 403, false],
    ["a list that fails for a while", "nic.list", 503, true],
    ["a throttled list", "vm.list", 429, true],
    ["a sign-in that Azure does not take", "vm.list", 401, false],
  ] as const)("cannot be had without %s", async (_what, operation, status, retryable) => {
    const { azure } = await simulatedAzure({
      vms: [TWO_NICS],
      faults: [{ kind: "error", operation, status, count: "always" }],
    });

    await expect(readInventory(azure)).rejects.toMatchObject({ status, retryable });
  });
});

describe("a VM of the inventory", () => {
  const id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/VM-1";
  const nicId =
    "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/n";

  it("has the state that the other list gives it, in any letter case of its id", () => {
    const [vm] = joinVms(
      {
        models: [{ id, name: "VM-1", location: "northeurope", tags: { role: "crane" } }],
        states: [
          {
            id: id.toUpperCase(),
            location: "northeurope",
            instanceView: { statuses: [{ code: "PowerState/deallocated" }] },
          },
        ],
      },
      { nics: [], publicIps: [] },
    );

    expect(vm).toMatchObject({ powerState: "deallocated", tags: { role: "crane" } });
  });

  it("has no name of a computer and no NIC where the lists show none", () => {
    const [vm] = joinVms(
      {
        models: [
          { id, location: "northeurope", networkProfile: { networkInterfaces: [{ id: nicId }] } },
        ],
        states: [],
      },
      { nics: [], publicIps: [] },
    );

    expect(vm).toMatchObject({ name: "VM-1", computerName: null, powerState: "unknown", nics: [] });
  });

  it("has no IPv6 addresses", () => {
    const [vm] = joinVms(
      {
        models: [
          { id, location: "northeurope", networkProfile: { networkInterfaces: [{ id: nicId }] } },
        ],
        states: [],
      },
      {
        nics: [
          {
            id: nicId.toUpperCase(),
            ipConfigurations: [
              {
                name: "six",
                privateIPAddress: "fd00::7",
                privateIPAddressVersion: "IPv6",
                publicIPAddress: { id: "/p/six" },
              },
              { name: "four", privateIPAddress: "10.71.4.7", publicIPAddress: { id: "/p/four" } },
            ],
          },
        ],
        publicIps: [
          { id: "/P/SIX", ipAddress: "2001:db8::7" },
          { id: "/P/FOUR", ipAddress: "203.0.113.7" },
        ],
      },
    );

    expect(vm?.nics).toEqual([
      {
        id: nicId,
        primary: true,
        subnetId: null,
        privateAddresses: ["10.71.4.7"],
        publicAddresses: ["203.0.113.7"],
      },
    ]);
  });
});
