import { expect, it } from "vitest";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { AzureRequestError } from "../../shared/domain/errors.ts";
import { NIC_TYPE, requireResourceId, VM_TYPE } from "../../shared/domain/resource-id.ts";
import type { ActivityRecord } from "../../shared/domain/restart.ts";
import { readActivityLog } from "../../shared/facts/activity-log.ts";
import { aVm, simulatedAzure, type SimulatedAzure } from "../azure/simulated-azure.ts";

async function aFleet(more: Partial<ScenarioInput> = {}): Promise<SimulatedAzure> {
  return await simulatedAzure({
    vms: [aVm("vm-till", "10.40.2.4"), aVm("vm-desk", "10.40.2.5")],
    ...more,
  });
}

async function read(
  { azure }: SimulatedAzure,
  resourceId: string,
  type: string,
): Promise<readonly ActivityRecord[]> {
  const from = new Date(Date.now() - 3_600_000).toISOString();
  const until = new Date(Date.now() + 60_000).toISOString();
  return await readActivityLog(azure, { resourceId, type, from, until });
}

async function writeNic({ azure, nicId }: SimulatedAzure, name: string): Promise<void> {
  const { subscriptionId, resourceGroup } = requireResourceId(nicId(name), NIC_TYPE);
  const { networkInterfaces } = await azure.network(subscriptionId);
  const nic = await networkInterfaces.get(resourceGroup, name);
  await networkInterfaces.createOrUpdate(resourceGroup, name, nic);
}

it("tells this program's own writes from those of others, each operation once, oldest first", async () => {
  const simulated = await aFleet();
  await simulated.admin("POST", "/nics/nic-till", {});
  await writeNic(simulated, "nic-till");
  await writeNic(simulated, "nic-desk");

  const records = await read(simulated, simulated.nicId("nic-till"), NIC_TYPE);

  expect(records.map(({ operation, own }) => [operation, own])).toEqual([
    ["microsoft.network/networkinterfaces/write", false],
    ["microsoft.network/networkinterfaces/write", true],
  ]);
});

it("holds nothing of who called but whether it was this program", async () => {
  const simulated = await aFleet();
  await simulated.admin("POST", "/vms/vm-till/power", { state: "restarted" });

  const [record] = await read(simulated, simulated.vmId("vm-till"), VM_TYPE);

  expect(Object.keys(record ?? {}).toSorted()).toEqual(["at", "operation", "own"]);
});

it("leaves out what failed", async () => {
  const simulated = await aFleet({
    faults: [{ kind: "failOperation", operation: "nic.put", vm: "vm-till" }],
  });
  await expect(writeNic(simulated, "nic-till")).rejects.toThrow(
    "An internal execution error occurred",
  );

  expect(await read(simulated, simulated.nicId("nic-till"), NIC_TYPE)).toEqual([]);
});

it("follows pages", async () => {
  const simulated = await aFleet({ pageSize: 1 });
  await simulated.admin("POST", "/nics/nic-till", {});
  await simulated.admin("POST", "/nics/nic-till", {});

  expect(await read(simulated, simulated.nicId("nic-till"), NIC_TYPE)).toHaveLength(2);
});

it("says that it may not be read", async () => {
  const simulated = await aFleet({
    role: { actions: ["*"], notActions: ["Microsoft.Insights/*"] },
  });

  await expect(read(simulated, simulated.nicId("nic-till"), NIC_TYPE)).rejects.toThrow(
    AzureRequestError,
  );
});
