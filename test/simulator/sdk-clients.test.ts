import { restorePoller } from "@azure/arm-compute";
import { describe, expect, it } from "vitest";

import { aFleet, clientsFor, simulate } from "./harness.ts";

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) {
    found.push(item);
  }
  return found;
}

describe("the real SDK clients against simulated Azure", () => {
  it("read a VM with its instance view", async () => {
    const simulator = await simulate();
    const { compute } = clientsFor(simulator);

    const vm = await compute.virtualMachines.get("RG-FLEET", "VM-Bad-01", {
      expand: "instanceView",
    });

    expect(vm).toMatchObject({
      name: "vm-bad-01",
      tags: { "static-ip-remediator": "on" },
      storageProfile: { osDisk: { osType: "Windows", name: "vm-bad-01-os" } },
      instanceView: {
        statuses: [{ code: "ProvisioningState/succeeded" }, { code: "PowerState/running" }],
        vmAgent: { statuses: [{ displayStatus: "Ready" }] },
      },
    });
  });

  it("read the NIC, the subnet with everything in it, and the disk", async () => {
    const simulator = await simulate();
    const { compute, network } = clientsFor(simulator);

    const nic = await network.networkInterfaces.get("rg-fleet", "nic-bad-01");
    const subnet = await network.subnets.get("rg-fleet", "vnet-fleet", "snet-a");
    const disk = await compute.disks.get("rg-fleet", "vm-bad-01-os");

    expect(nic.ipConfigurations).toMatchObject([{ privateIPAddress: "10.40.1.4", primary: true }]);
    expect(nic.macAddress).toMatch(/^00-0D-3A-/u);
    expect(subnet.addressPrefix).toBe("10.40.1.0/24");
    expect(subnet.ipConfigurations?.map(({ id }) => id?.toLowerCase())).toContain(
      `${nic.id}/ipConfigurations/ipconfig1`.toLowerCase(),
    );
    expect(disk.managedBy).toBe(nic.virtualMachine?.id);
  });

  it("run a command, and go on with it from a serialized poller", async () => {
    const simulator = await simulate();
    const { compute } = clientsFor(simulator);

    const poller = compute.virtualMachines.runCommand("rg-fleet", "vm-bad-01", {
      commandId: "RunPowerShellScript",
      script: ["hostname"],
    });
    const serialized = await poller.serialize();
    const restored = restorePoller(compute, serialized, compute.virtualMachines.runCommand);
    const result = await restored.pollUntilDone();

    expect(result.value?.map((status) => status.code)).toEqual([
      "ComponentStatus/StdOut/succeeded",
      "ComponentStatus/StdErr/succeeded",
    ]);
    expect(result.value?.[0]?.message?.trim()).toBe("VM-BAD-01");
  });

  it("take a snapshot, list it, tag it and delete it", async () => {
    const simulator = await simulate();
    const { compute } = clientsFor(simulator);
    const disk = await compute.disks.get("rg-fleet", "vm-bad-01-os");

    const created = await compute.snapshots.createOrUpdate("rg-fleet", "Snap-One", {
      location: "westeurope",
      tags: { incident: "1" },
      incremental: true,
      creationData: { createOption: "Copy", sourceResourceId: disk.id ?? "" },
    });
    await compute.snapshots.update("rg-fleet", "snap-one", { tags: { closed: "yes" } });
    const listed = [];
    for await (const snapshot of compute.snapshots.list()) {
      listed.push([snapshot.name, snapshot.tags?.["closed"]]);
    }
    await compute.snapshots.delete("rg-fleet", "snap-one");

    expect(created.provisioningState).toBe("Succeeded");
    expect(listed).toEqual([["Snap-One", "yes"]]);
    await expect(compute.snapshots.get("rg-fleet", "snap-one")).rejects.toMatchObject({
      statusCode: 404,
      code: "ResourceNotFound",
    });
  });

  it("write a NIC with its ETag, and are refused with an old one", async () => {
    const simulator = await simulate();
    const { network } = clientsFor(simulator);
    const nic = await network.networkInterfaces.get("rg-fleet", "nic-good-01");
    const headers = { "If-Match": nic.etag ?? "" };
    const changed = { ...nic, tags: { seen: "yes" } };

    await network.networkInterfaces.createOrUpdate("rg-fleet", "nic-good-01", changed, {
      requestOptions: { headers },
    });
    const second = network.networkInterfaces.createOrUpdate("rg-fleet", "nic-good-01", changed, {
      requestOptions: { headers },
    });

    await expect(second).rejects.toMatchObject({ statusCode: 412, code: "PreconditionFailed" });
    const after = await network.networkInterfaces.get("rg-fleet", "nic-good-01");
    expect(after.tags).toEqual({ seen: "yes" });
    expect(after.etag).not.toBe(nic.etag);
  });

  it("find a VM by an address of any NIC or by its public address", async () => {
    const ipConfigurations = [{ address: "10.40.1.6", publicAddress: "203.0.113.6" }];
    const simulator = await simulate(
      aFleet({ vms: [{ name: "vm-a", nics: [{ ipConfigurations }] }], pageSize: 1 }),
    );
    const { network } = clientsFor(simulator);

    const nics = await all(network.networkInterfaces.listAll());
    const publicAddresses = await all(network.publicIPAddresses.listAll());
    const sameGroup = await all(network.publicIPAddresses.list("rg-fleet"));

    const configuration = nics[0]?.ipConfigurations?.[0];
    expect(configuration?.privateIPAddress).toBe("10.40.1.6");
    expect(nics[0]?.virtualMachine?.id).toMatch(/\/virtualMachines\/vm-a$/u);
    expect(publicAddresses).toMatchObject([
      { ipAddress: "203.0.113.6", ipConfiguration: { id: configuration?.id } },
    ]);
    expect(publicAddresses[0]?.id).toBe(configuration?.publicIPAddress?.id);
    expect(sameGroup).toEqual(publicAddresses);
  });

  it("list the VMs of a subscription with their computer names, or with their states only", async () => {
    const simulator = await simulate();
    const { compute } = clientsFor(simulator);

    const models = await all(compute.virtualMachines.listAll());
    const states = await all(compute.virtualMachines.listAll({ statusOnly: "true" }));

    expect(models.map((vm) => [vm.osProfile?.computerName, vm.instanceView])).toEqual([
      ["VM-BAD-01", undefined],
      ["VM-GOOD-01", undefined],
    ]);
    expect(states.map(({ name, vmId }) => [name, vmId])).toEqual(
      models.map(({ name, vmId }) => [name, vmId]),
    );
    expect(states[0]?.instanceView?.statuses?.map(({ code }) => code)).toEqual([
      "ProvisioningState/succeeded",
      "PowerState/running",
    ]);
    expect(states[0]).not.toHaveProperty("networkProfile.networkInterfaces");
    expect(states[0]?.tags).toBeUndefined();
  });
});
