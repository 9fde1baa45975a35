import path from "node:path";
import { DatabaseSync } from "node:sqlite";

import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { Fleet } from "./fleet.ts";
import { aBrokenVm, aScenario } from "./scenarios.ts";
import { eventGridPath, nicIdOf, readSignal } from "./shown-signals.ts";

const heldSchema = z.object({ id: z.number() });
const instanceSchema = z.object({ name: z.string(), runtimeStatus: z.string() });
const acceptedSchema = z.object({ signalId: z.string(), paused: z.boolean(), message: z.string() });

let fleet: Fleet | null = null;

afterAll(async () => {
  await fleet?.close();
});

/** Makes the stored signals old enough for the sweep, and has the sweep run. */
async function sweep(on: Fleet): Promise<void> {
  const database = new DatabaseSync(path.join(on.folder, "incidents.db"), { timeout: 10_000 });
  database.exec("UPDATE signals SET received_ms = received_ms - 120000");
  database.close();
  expect((await on.api("/admin/functions/sweep", {})).status).toBe(202);
}

async function pausedHeal(on: Fleet, vm: string): Promise<z.output<typeof acceptedSchema>> {
  const { status, body } = await on.api("/api/heal", { vmId: on.vmId(vm) });
  expect(status).toBe(202);
  return acceptedSchema.parse(body);
}

/** The orchestrations that were ever started, by name and state. */
async function instancesOf(on: Fleet): Promise<readonly z.output<typeof instanceSchema>[]> {
  const { body } = await on.api("/runtime/webhooks/durabletask/instances");
  return z.array(instanceSchema).parse(body);
}

describe("a pause", () => {
  it("stores signals and starts no run; the open one goes on; what waited starts after it", async () => {
    const vms = ["vm-open", "vm-asked", "vm-written"].map((name, n) => aBrokenVm(name, 10 + n));
    fleet = await Fleet.start(aScenario(vms));
    const held = heldSchema.parse(
      await fleet.admin("/holds", { operation: "snapshot.put", when: "after", vm: "vm-open" }),
    );
    await fleet.heal("vm-open");
    await fleet.admin(`/holds/${held.id}?wait=40`);
    await fleet.killHost();
    await fleet.startHost({ REMEDIATOR_PAUSED: "true" });

    const asked = await pausedHeal(fleet, "vm-asked");
    // Of another mode than the open run, which leaves it to the next one.
    const look = await fleet.heal("vm-open", { dryRun: true });
    const event = {
      specversion: "1.0",
      id: "write-1",
      type: "Microsoft.Resources.ResourceWriteSuccess",
      source: `/subscriptions/${fleet.simulator.subscriptionId}`,
      subject: nicIdOf(fleet, "vm-written"),
      time: new Date().toISOString(),
      data: {
        resourceUri: nicIdOf(fleet, "vm-written"),
        operationName: "Microsoft.Network/networkInterfaces/write",
        status: "Succeeded",
      },
    };
    expect((await fleet.api(eventGridPath("nicChanged"), event)).status).toBe(202);
    await fleet.clearHolds();
    const open = await fleet.outcomeOf("vm-open");
    await sweep(fleet);

    expect(asked.paused).toBe(true);
    expect(asked.message).toContain("REMEDIATOR_PAUSED");
    expect(open.outcome).toMatchObject({ kind: "healed" });
    const runs = await fleet.until("the end of the open run", 20, async () => {
      const all = fleet === null ? [] : await instancesOf(fleet);
      return all.every(({ runtimeStatus }) => runtimeStatus === "Completed") ? all : null;
    });
    // One heal, and nobody asked whose NIC was written.
    expect(runs.filter(({ name }) => name === "healVm")).toHaveLength(1);
    expect(runs.filter(({ name }) => name === "resolveTarget")).toEqual([]);
    expect(await readSignal(fleet, look)).toMatchObject({ state: "pending" });
    expect(await readSignal(fleet, asked.signalId)).toMatchObject({ state: "pending" });
    expect(await fleet.incidents("vm-asked")).toEqual([]);

    await fleet.killHost();
    await fleet.startHost();
    await sweep(fleet);

    expect((await fleet.outcomeOf("vm-asked")).outcome).toMatchObject({ kind: "healed" });
    expect((await fleet.outcomeOf("vm-written")).outcome).toMatchObject({ kind: "healed" });
    await fleet.until("the look at vm-open", 30, async () => {
      const [newest] = (await fleet?.incidents("vm-open")) ?? [];
      return newest?.mode === "dryRun" && newest.closedAt !== null ? newest : null;
    });
  });
});
