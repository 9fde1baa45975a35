import { describe, expect, it } from "vitest";
import { z } from "zod";

import type { Simulator } from "../../local/simulator/simulator.ts";
import { aFleet, arm, clientsFor, errorCode, simulate } from "./harness.ts";

const page = z.object({
  value: z.array(z.looseObject({ name: z.string() })),
  nextLink: z.url().optional(),
});

const VMS = "providers/Microsoft.Compute/virtualMachines";
const NICS = "providers/Microsoft.Network/networkInterfaces";
const SNAPSHOTS = "providers/Microsoft.Compute/snapshots";

async function withSnapshots(simulator: Simulator): Promise<void> {
  for (const name of ["snap-1", "snap-2"]) {
    await arm(simulator, `${SNAPSHOTS}/${name}`, {
      method: "PUT",
      body: {
        location: "westeurope",
        properties: {
          creationData: {
            createOption: "Copy",
            sourceResourceId: `/subscriptions/${simulator.subscriptionId}/resourceGroups/rg-fleet/providers/Microsoft.Compute/disks/vm-bad-01-os`,
          },
        },
      },
    });
  }
}

describe("a list", () => {
  it.each([
    [VMS, ["vm-bad-01", "vm-good-01"]],
    [NICS, ["nic-bad-01", "nic-good-01"]],
    [SNAPSHOTS, ["snap-1", "snap-2"]],
  ])("of %s comes whole, or in pages that lead to each other", async (path, names) => {
    const simulator = await simulate();
    await withSnapshots(simulator);

    const whole = page.parse((await arm(simulator, path)).body);
    const first = page.parse((await arm(simulator, `${path}?$top=1`)).body);
    const next = (first.nextLink ?? "").replace(simulator.armEndpoint, "");
    const second = page.parse((await arm(simulator, next)).body);

    expect(whole.value.map(({ name }) => name)).toEqual(names);
    expect(whole.nextLink).toBeUndefined();
    expect(first.value.map(({ name }) => name)).toEqual(names.slice(0, 1));
    expect(second.value.map(({ name }) => name)).toEqual(names.slice(1));
    expect(second.nextLink).toBeUndefined();
  });

  it("comes in pages of the scenario's size to a client that asks for none", async () => {
    const simulator = await simulate(aFleet({ pageSize: 1 }));
    const { compute, network } = clientsFor(simulator);

    const vms = [];
    for await (const vm of compute.virtualMachines.listAll()) {
      vms.push(vm.name);
    }
    const nics = [];
    for await (const nic of network.networkInterfaces.list("rg-fleet")) {
      nics.push(nic.name);
    }

    expect(vms).toEqual(["vm-bad-01", "vm-good-01"]);
    expect(nics).toEqual(["nic-bad-01", "nic-good-01"]);
  });

  it.each([
    ["$top=0", "InvalidParameter"],
    ["$top=many", "InvalidParameter"],
    ["$skipToken=elsewhere", "InvalidSkipToken"],
  ])("with %s is refused", async (query, code) => {
    const simulator = await simulate();

    const answer = await arm(simulator, `${VMS}?${query}`);

    expect(answer.status).toBe(400);
    expect(errorCode(answer)).toBe(code);
  });
});
