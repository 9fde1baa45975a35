import { describe, expect, it } from "vitest";
import { z } from "zod";

import type { Simulator } from "../../local/simulator/simulator.ts";
import { admin, aFleet, arm, effectKinds, readLog, simulate } from "./harness.ts";

const VM = "providers/Microsoft.Compute/virtualMachines/vm-good-01";
const SNAPSHOT = "providers/Microsoft.Compute/snapshots/snap-1";

const holdView = z.object({ id: z.number(), state: z.string(), request: z.number().nullable() });

async function hold(simulator: Simulator, order: object): Promise<number> {
  return holdView.parse((await admin(simulator, "/holds", { body: order })).body).id;
}

async function reached(simulator: Simulator, id: number): Promise<z.output<typeof holdView>> {
  return holdView.parse((await admin(simulator, `/holds/${id}?wait=10`)).body);
}

async function look(simulator: Simulator, id: number): Promise<string> {
  return holdView.parse((await admin(simulator, `/holds/${id}`)).body).state;
}

async function release(simulator: Simulator, id: number): Promise<void> {
  await admin(simulator, `/holds/${id}/release`, { method: "POST" });
}

async function putSnapshot(simulator: Simulator, signal?: AbortSignal): Promise<number | "gone"> {
  const disk = `/subscriptions/${simulator.subscriptionId}/resourceGroups/rg-fleet/providers/Microsoft.Compute/disks/vm-good-01-os`;
  try {
    const answer = await arm(simulator, SNAPSHOT, {
      method: "PUT",
      body: {
        location: "westeurope",
        properties: { creationData: { createOption: "Copy", sourceResourceId: disk } },
      },
      ...(signal === undefined ? {} : { signal }),
    });
    return answer.status;
  } catch {
    return "gone";
  }
}

describe("a hold", () => {
  it("stops the named request before its effect until it is released", async () => {
    const simulator = await simulate();
    const id = await hold(simulator, { operation: "snapshot.put", when: "before" });
    const pending = putSnapshot(simulator);
    const stopped = await reached(simulator, id);
    const effectsMeanwhile = await effectKinds(simulator);
    const others = (await arm(simulator, VM)).status;

    await release(simulator, id);

    expect(stopped).toMatchObject({ state: "reached", request: 1 });
    expect(effectsMeanwhile).toEqual([]);
    expect(others).toBe(200);
    expect(await pending).toBe(202);
    expect(await effectKinds(simulator)).toEqual(["snapshotCreated"]);
    expect(await look(simulator, id)).toBe("released");
  });

  it("stops it after its effect and before its answer", async () => {
    const simulator = await simulate();
    const id = await hold(simulator, { operation: "snapshot.put", when: "after" });
    const pending = putSnapshot(simulator);
    await reached(simulator, id);
    const effectsMeanwhile = await effectKinds(simulator);
    const statusMeanwhile = (await readLog(simulator)).requests[0]?.status;

    await release(simulator, id);

    expect(effectsMeanwhile).toEqual(["snapshotCreated"]);
    expect(statusMeanwhile).toBe("pending");
    expect(await pending).toBe(202);
  });

  it.each([
    ["before", []],
    ["after", ["snapshotCreated"]],
  ])("of a client that died %s the effect leaves %j", async (when, effects) => {
    const simulator = await simulate();
    const id = await hold(simulator, { operation: "snapshot.put", when });
    const client = new AbortController();
    const pending = putSnapshot(simulator, client.signal);
    await reached(simulator, id);

    client.abort();
    expect(await pending).toBe("gone");
    await release(simulator, id);

    expect(await effectKinds(simulator)).toEqual(effects);
    expect((await readLog(simulator)).requests[0]?.status).toBe("aborted");
    expect(await look(simulator, id)).toBe("clientGone");
  });

  it("counts every request where no operation is named, and strikes once", async () => {
    const simulator = await simulate();
    const id = await hold(simulator, { nth: 3, when: "before" });
    const first = (await arm(simulator, VM)).status;
    const second = (await arm(simulator, VM)).status;
    const pending = arm(simulator, VM);
    const stopped = await reached(simulator, id);
    const fourth = (await arm(simulator, VM)).status;

    await release(simulator, id);

    expect([first, second, fourth]).toEqual([200, 200, 200]);
    expect(stopped.request).toBe(3);
    expect((await pending).status).toBe(200);
  });

  it("stops one request of two that are on their way together", async () => {
    const simulator = await simulate(aFleet(), { latency: "demo" });
    const id = await hold(simulator, { operation: "vm.get", when: "after" });
    const both = [arm(simulator, VM), arm(simulator, VM)];

    const passed = (await Promise.race(both)).status;
    const stopped = await reached(simulator, id);
    await release(simulator, id);

    expect([passed, stopped.state]).toEqual([200, "reached"]);
    expect((await Promise.all(both)).map(({ status }) => status)).toEqual([200, 200]);
  });

  it("that is not reached says so when the wait is over", async () => {
    const simulator = await simulate();
    const id = await hold(simulator, { operation: "disk.get" });

    const { body } = await admin(simulator, `/holds/${id}?wait=0.05`);

    expect(body).toMatchObject({ state: "waiting", request: null });
  });

  it.each([
    ["/holds", { nth: 0 }, 400],
    ["/holds", { operation: "vm.fly" }, 400],
    ["/holds/77/release", {}, 404],
  ])("is refused at %s with %j", async (path, body, status) => {
    const simulator = await simulate();

    expect((await admin(simulator, path, { body })).status).toBe(status);
  });
});
