import { describe, expect, it } from "vitest";
import { z } from "zod";

import type { Simulator } from "../../local/simulator/simulator.ts";
import { aClock, addFault, aFleet, arm, effectKinds, errorCode, simulate } from "./harness.ts";
import type { Answer } from "./harness.ts";

const SNAPSHOT = "providers/Microsoft.Compute/snapshots/snap-a";

async function put(simulator: Simulator, disk = "vm-bad-01-os", tags = {}): Promise<Answer> {
  const id = `/subscriptions/${simulator.subscriptionId}/resourceGroups/RG-FLEET/providers/Microsoft.Compute/disks/${disk}`;
  return await arm(simulator, SNAPSHOT, {
    method: "PUT",
    body: {
      location: "westeurope",
      tags,
      properties: {
        incremental: true,
        creationData: { createOption: "Copy", sourceResourceId: id },
      },
    },
  });
}

const stateBody = z.object({ properties: z.object({ provisioningState: z.string() }) });

async function provisioning(simulator: Simulator): Promise<string> {
  return stateBody.parse((await arm(simulator, SNAPSHOT)).body).properties.provisioningState;
}

describe("a snapshot", () => {
  it("is there at once, and complete after a while", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), { now: clock.now, latency: "demo" });

    const answer = await put(simulator);
    const early = await provisioning(simulator);
    clock.forward(10);

    expect(answer.status).toBe(202);
    expect(early).toBe("Creating");
    expect(await provisioning(simulator)).toBe("Succeeded");
  });

  it("that is written twice is one snapshot, with the later tags", async () => {
    const simulator = await simulate();
    await put(simulator, "vm-bad-01-os", { a: "1" });
    await put(simulator, "vm-bad-01-os", { a: "1" });

    const second = await put(simulator, "vm-bad-01-os", { a: "2" });

    expect(second.body).toMatchObject({ tags: { a: "2" } });
    expect(await effectKinds(simulator)).toEqual(["snapshotCreated", "snapshotUpdated"]);
  });

  it("cannot change its source", async () => {
    const simulator = await simulate();
    await put(simulator);

    const answer = await put(simulator, "vm-good-01-os");

    expect([answer.status, errorCode(answer)]).toEqual([409, "PropertyChangeNotAllowed"]);
  });

  it.each([
    [
      "an unknown disk",
      404,
      "ResourceNotFound",
      {
        location: "x",
        properties: { creationData: { createOption: "Copy", sourceResourceId: "/disks/none" } },
      },
    ],
    ["no source", 400, "InvalidParameter", { location: "x", properties: {} }],
    [
      "a tag of 257 letters",
      400,
      "InvalidParameter",
      {
        location: "x",
        tags: { t: "x".repeat(257) },
        properties: { creationData: { createOption: "Copy", sourceResourceId: "/disks/none" } },
      },
    ],
  ])("is refused with %s", async (_what, status, code, body) => {
    const simulator = await simulate();

    const answer = await arm(simulator, SNAPSHOT, { method: "PUT", body });

    expect([answer.status, errorCode(answer)]).toEqual([status, code]);
    expect(await effectKinds(simulator)).toEqual([]);
  });

  it("is deleted once, and deleting it again is no error", async () => {
    const simulator = await simulate();
    await put(simulator);

    const first = await arm(simulator, SNAPSHOT, { method: "DELETE" });
    const second = await arm(simulator, SNAPSHOT, { method: "DELETE" });

    expect([first.status, second.status]).toEqual([202, 204]);
    expect(await effectKinds(simulator)).toEqual(["snapshotCreated", "snapshotDeleted"]);
  });

  it("cannot be taken of an ephemeral or unmanaged OS disk", async () => {
    const nics = [{ ipConfigurations: [{ address: "10.40.1.9" }] }];
    const simulator = await simulate(
      aFleet({
        vms: [
          { name: "vm-brief", osDisk: "ephemeral", nics },
          {
            name: "vm-old",
            osDisk: "unmanaged",
            nics: [{ ipConfigurations: [{ address: "10.40.1.10" }] }],
          },
        ],
      }),
    );

    const statuses = [await put(simulator, "vm-brief-os"), await put(simulator, "vm-old-os")];
    const brief = await arm(simulator, "providers/Microsoft.Compute/virtualMachines/vm-brief");
    const old = await arm(simulator, "providers/Microsoft.Compute/virtualMachines/vm-old");

    expect(statuses.map(({ status }) => status)).toEqual([404, 404]);
    expect(brief.body).toHaveProperty("properties.storageProfile.osDisk.diffDiskSettings");
    expect(old.body).toHaveProperty("properties.storageProfile.osDisk.vhd.uri");
    expect(old.body).not.toHaveProperty("properties.storageProfile.osDisk.managedDisk");
  });

  it.each([
    [{ kind: "stuck" }, ["snapshotCreated"], "Creating"],
    [{ kind: "failOperation", when: "after" }, ["snapshotCreated"], "Creating"],
  ])("never completes under %j", async (fault, effects, state) => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), clock);
    await addFault(simulator, { ...fault, operation: "snapshot.put" });

    await put(simulator);
    clock.forward(3600);

    expect(await effectKinds(simulator)).toEqual(effects);
    expect(await provisioning(simulator)).toBe(state);
  });

  it("is slow under a fault that says so", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), clock);
    await addFault(simulator, { kind: "slow", operation: "snapshot.put", seconds: 100 });
    await put(simulator);
    clock.forward(99);
    const early = await provisioning(simulator);

    clock.forward(2);

    expect([early, await provisioning(simulator)]).toEqual(["Creating", "Succeeded"]);
  });
});
