import { describe, expect, it } from "vitest";
import { z } from "zod";

import type { Simulator } from "../../local/simulator/simulator.ts";
import { aFleet, arm, effectKinds, errorCode, simulate } from "./harness.ts";
import type { Answer } from "./harness.ts";

const VM = "providers/Microsoft.Compute/virtualMachines/vm-bad-01";
const OTHER_VM = "providers/Microsoft.Compute/virtualMachines/vm-good-01";
const NIC = "providers/Microsoft.Network/networkInterfaces/nic-bad-01";
const DISK = "providers/Microsoft.Compute/disks/vm-bad-01-os";
const SNAPSHOT = "providers/Microsoft.Compute/snapshots/snap-1";
const LOCKS = "providers/Microsoft.Authorization/locks";

const lockList = z.object({
  value: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      properties: z.object({ level: z.string(), notes: z.string() }),
    }),
  ),
});

type Lock = NonNullable<NonNullable<Parameters<typeof aFleet>[0]>["locks"]>[number];

async function lockedBy(...locks: readonly Lock[]): Promise<Simulator> {
  return await simulate(aFleet({ locks: [...locks] }));
}

async function makeSnapshot(simulator: Simulator): Promise<Answer> {
  const sourceResourceId = `/subscriptions/${simulator.subscriptionId}/resourceGroups/rg-fleet/${DISK}`;
  return await arm(simulator, SNAPSHOT, {
    method: "PUT",
    body: {
      location: "westeurope",
      properties: { creationData: { createOption: "Copy", sourceResourceId } },
    },
  });
}

async function runIpConfig(simulator: Simulator, vm: string): Promise<Answer> {
  return await arm(simulator, `${vm}/runCommand`, {
    method: "POST",
    body: { commandId: "IPConfig" },
  });
}

async function writeNic(simulator: Simulator): Promise<Answer> {
  const { body } = await arm(simulator, NIC);
  return await arm(simulator, NIC, { method: "PUT", body });
}

async function namesAt(simulator: Simulator, path: string): Promise<string[]> {
  const answer = await arm(simulator, path);
  return lockList.parse(answer.body).value.map(({ name }) => name);
}

describe("a ReadOnly lock", () => {
  it("on a VM stops its actions, in any letter case, and nothing of another VM", async () => {
    const simulator = await lockedBy({ level: "ReadOnly", vm: "vm-bad-01" });

    const refused = await runIpConfig(simulator, VM.toUpperCase());
    const taken = await runIpConfig(simulator, OTHER_VM);
    const read = await arm(simulator, `${VM}/instanceView`);

    expect(refused.status).toBe(409);
    expect(errorCode(refused)).toBe("ScopeLocked");
    expect([taken.status, read.status]).toEqual([202, 200]);
  });

  it("on a NIC stops its writes", async () => {
    const simulator = await lockedBy({ level: "ReadOnly", nic: "nic-bad-01" });

    const refused = await writeNic(simulator);

    expect([refused.status, errorCode(refused)]).toEqual([409, "ScopeLocked"]);
    expect(await effectKinds(simulator)).toEqual([]);
    expect((await runIpConfig(simulator, VM)).status).toBe(202);
  });

  it("on the resource group stops every change in it and says where the lock is", async () => {
    const simulator = await lockedBy({ level: "ReadOnly" });

    const answers = [
      await runIpConfig(simulator, VM),
      await writeNic(simulator),
      await makeSnapshot(simulator),
      await arm(simulator, SNAPSHOT, { method: "DELETE" }),
    ];

    expect(answers.map((answer) => errorCode(answer))).toEqual(answers.map(() => "ScopeLocked"));
    expect(JSON.stringify(answers[0]?.body)).toContain("/resourceGroups/rg-fleet'");
    expect((await arm(simulator, VM)).status).toBe(200);
  });
});

describe("a CanNotDelete lock", () => {
  it("stops deletes only", async () => {
    const simulator = await lockedBy({ level: "CanNotDelete" });

    const made = await makeSnapshot(simulator);
    const tagged = await arm(simulator, SNAPSHOT, { method: "PATCH", body: { tags: { a: "b" } } });
    const refused = await arm(simulator, SNAPSHOT, { method: "DELETE" });

    expect([made.status, tagged.status, refused.status]).toEqual([202, 200, 409]);
    expect(errorCode(refused)).toBe("ScopeLocked");
    expect(await effectKinds(simulator)).toEqual(["snapshotCreated", "snapshotUpdated"]);
    expect((await runIpConfig(simulator, VM)).status).toBe(202);
  });
});

describe("the list of locks", () => {
  it.each([
    ["a VM: its own and what it inherits", `${VM}/${LOCKS}`, ["on-group", "on-vm"]],
    ["another VM: what it inherits", `${OTHER_VM}/${LOCKS}`, ["on-group"]],
    ["a NIC", `${NIC.toUpperCase()}/${LOCKS}`, ["on-group", "on-nic"]],
    ["a disk", `${DISK}/${LOCKS}`, ["on-group", "on-disk"]],
    ["the group: its own and all below", LOCKS, ["on-group", "on-vm", "on-nic", "on-disk"]],
    ["the group, at its scope", `${LOCKS}?$filter=atScope()`, ["on-group"]],
  ])("names those of %s", async (_what, path, names) => {
    const simulator = await lockedBy(
      { name: "on-group", level: "CanNotDelete" },
      { name: "on-vm", level: "ReadOnly", vm: "vm-bad-01" },
      { name: "on-nic", level: "ReadOnly", nic: "nic-bad-01" },
      { name: "on-disk", level: "CanNotDelete", disk: "vm-bad-01-os" },
    );

    expect(await namesAt(simulator, path)).toEqual(names);
  });

  it("gives each lock's id, level and notes", async () => {
    const simulator = await lockedBy({ level: "ReadOnly", vm: "vm-bad-01", notes: "audit" });

    const { value } = lockList.parse((await arm(simulator, `${VM}/${LOCKS}`)).body);

    expect(value).toEqual([
      {
        id: `/subscriptions/${simulator.subscriptionId}/resourceGroups/rg-fleet/${VM}/${LOCKS}/lock-1`,
        name: "lock-1",
        properties: { level: "ReadOnly", notes: "audit" },
      },
    ]);
  });

  it("is empty by default", async () => {
    expect(await namesAt(await simulate(), `${VM}/${LOCKS}`)).toEqual([]);
  });
});
