import { describe, expect, it } from "vitest";

import type { Simulator } from "../../local/simulator/simulator.ts";
import { addFault, admin, aFleet, arm, errorCode, simulate } from "./harness.ts";

const VM = "providers/Microsoft.Compute/virtualMachines/vm-good-01";
const HEALTH = `${VM}/providers/Microsoft.ResourceHealth/availabilityStatuses/current`;

async function healthOf(simulator: Simulator): Promise<unknown> {
  return (await arm(simulator, HEALTH)).body;
}

function aStatus(availabilityState: string, reasonType: string): object {
  return { properties: { availabilityState, reasonType } };
}

describe("a VM's resource health", () => {
  it("is Available by default, in the form of Resource Health", async () => {
    const simulator = await simulate();

    const body = await healthOf(simulator);

    expect(body).toMatchObject({
      id: `/subscriptions/${simulator.subscriptionId}/resourceGroups/rg-fleet/${HEALTH}`,
      name: "current",
      type: "Microsoft.ResourceHealth/availabilityStatuses",
    });
    expect(body).toMatchObject(aStatus("Available", ""));
  });

  it("is what the scenario says", async () => {
    const { vms, ...rest } = aFleet();
    const health = {
      state: "Unavailable",
      reasonType: "Unplanned",
      summary: "Host down.",
    } as const;
    const simulator = await simulate({
      ...rest,
      vms: vms.map((vm) => Object.assign({}, vm, { health })),
    });

    const body = await healthOf(simulator);

    expect(body).toMatchObject(aStatus("Unavailable", "Unplanned"));
    expect(body).toMatchObject({ properties: { summary: "Host down." } });
  });

  it("changes with a fault, at the request which it strikes", async () => {
    const simulator = await simulate();
    await addFault(simulator, {
      kind: "health",
      operation: "vm.get",
      vm: "vm-good-01",
      health: { state: "Unavailable", reasonType: "Planned" },
    });

    const before = await healthOf(simulator);
    await arm(simulator, VM);
    const after = await healthOf(simulator);

    expect(before).toMatchObject(aStatus("Available", ""));
    expect(after).toMatchObject(aStatus("Unavailable", "Planned"));
  });

  it("changes when a person changes it", async () => {
    const simulator = await simulate();
    await admin(simulator, "/vms/vm-good-01", {
      method: "PATCH",
      body: { health: { state: "Degraded", reasonType: "Unplanned" } },
    });

    expect(await healthOf(simulator)).toMatchObject(aStatus("Degraded", "Unplanned"));
  });

  it("of a VM that somebody stopped is Unavailable, initiated by a user", async () => {
    const simulator = await simulate();
    await admin(simulator, "/vms/vm-good-01/power", { body: { state: "deallocated" } });

    expect(await healthOf(simulator)).toMatchObject(aStatus("Unavailable", "UserInitiated"));
  });

  it("of a VM that is not there is not found", async () => {
    const simulator = await simulate();

    const answer = await arm(simulator, HEALTH.replace("vm-good-01", "vm-x"));

    expect(errorCode(answer)).toBe("ResourceNotFound");
  });
});
