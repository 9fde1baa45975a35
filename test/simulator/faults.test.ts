import { describe, expect, it } from "vitest";

import {
  addFault,
  admin,
  aFleet,
  arm,
  effectKinds,
  errorCode,
  readLog,
  simulate,
  vmView,
} from "./harness.ts";

const VM = "providers/Microsoft.Compute/virtualMachines/vm-good-01";
const NIC = "providers/Microsoft.Network/networkInterfaces/nic-good-01";

async function statusOf(promise: Promise<{ status: number }>): Promise<number | "no answer"> {
  try {
    return (await promise).status;
  } catch {
    return "no answer";
  }
}

describe("a fault", () => {
  it("throttles with and without Retry-After, from the nth request on, as often as told", async () => {
    const simulator = await simulate();
    await addFault(simulator, {
      kind: "throttle",
      operation: "vm.get",
      vm: "VM-GOOD-01",
      nth: 2,
      count: 2,
      retryAfterSeconds: 7,
    });
    await addFault(simulator, { kind: "throttle", operation: "nic.get" });

    const vms = [];
    for (let turn = 0; turn < 4; turn += 1) {
      vms.push(await arm(simulator, VM));
    }
    const nic = await arm(simulator, NIC);

    expect(vms.map(({ status }) => status)).toEqual([200, 429, 429, 200]);
    expect(vms.map(({ headers }) => headers.get("Retry-After"))).toEqual([null, "7", "7", null]);
    expect([nic.status, nic.headers.get("Retry-After")]).toEqual([429, null]);
    expect(errorCode(nic)).toBe("TooManyRequests");
  });

  it.each([
    ["before", []],
    ["after", ["vmRestarted"]],
  ])("answers 500 %s the effect", async (when, effects) => {
    const simulator = await simulate();
    await addFault(simulator, { kind: "error", operation: "vm.restart", when });

    const answer = await arm(simulator, `${VM}/restart`, { method: "POST" });

    expect([answer.status, errorCode(answer)]).toEqual([500, "InternalServerError"]);
    expect(await effectKinds(simulator)).toEqual(effects);
  });

  it.each([
    ["before", []],
    ["after", ["vmRestarted"]],
  ])("loses the answer %s the effect", async (when, effects) => {
    const simulator = await simulate();
    await addFault(simulator, { kind: "lost", operation: "vm.restart", when });

    const answer = statusOf(arm(simulator, `${VM}/restart`, { method: "POST" }));

    expect(await answer).toBe("no answer");
    expect(await effectKinds(simulator)).toEqual(effects);
    expect((await readLog(simulator)).requests).toMatchObject([{ status: "lost" }]);
  });

  it("lets an answer never come while the connection stays open", async () => {
    const simulator = await simulate();
    await addFault(simulator, { kind: "lost", operation: "vm.restart", how: "hang" });
    const client = new AbortController();
    const answer = statusOf(
      arm(simulator, `${VM}/restart`, { method: "POST", signal: client.signal }),
    );
    await expect.poll(async () => await effectKinds(simulator)).toEqual(["vmRestarted"]);

    const first = await Promise.race([answer, arm(simulator, VM).then(() => "still waiting")]);
    client.abort();

    expect(first).toBe("still waiting");
    expect(await answer).toBe("no answer");
  });

  it.each([
    [{ kind: "power", state: "deallocated" }, ["vmDeallocated"]],
    [{ kind: "deleteVm" }, ["vmDeleted"]],
    [{ kind: "humanNicChange", tagsOnly: true }, ["nicWritten"]],
    [{ kind: "humanGuestChange", static: { addresses: ["10.40.1.200/24"] } }, ["staticRestored"]],
  ])("acts on a VM at the request that it names: %j", async (action, effects) => {
    const simulator = await simulate();
    await addFault(simulator, { ...action, vm: "vm-good-01", operation: "disk.get" });
    const disk = "providers/Microsoft.Compute/disks/vm-bad-01-os";
    await arm(simulator, VM);
    const before = await effectKinds(simulator);

    await arm(simulator, disk);

    expect(before).toEqual([]);
    expect(await effectKinds(simulator)).toEqual(effects);
  });

  it("deletes a VM so that its disk and NIC stay, detached", async () => {
    const simulator = await simulate();
    await addFault(simulator, { kind: "deleteVm", operation: "vm.get", vm: "vm-good-01" });
    await arm(simulator, VM);

    const vm = await arm(simulator, VM);
    const nic = await arm(simulator, NIC);

    expect([vm.status, errorCode(vm)]).toEqual([404, "ResourceNotFound"]);
    expect(nic.body).not.toHaveProperty("properties.virtualMachine");
  });

  it("gives another lease, or none", async () => {
    const simulator = await simulate();
    const restart = { method: "POST" };
    await addFault(simulator, {
      kind: "lease",
      vm: "vm-good-01",
      operation: "vm.restart",
      lease: { address: "10.40.1.90/24" },
    });
    await arm(simulator, `${VM}/restart`, restart);
    const other = await vmView(simulator, "vm-good-01");
    await addFault(simulator, {
      kind: "lease",
      vm: "vm-good-01",
      operation: "vm.restart",
      lease: "never",
    });
    await arm(simulator, `${VM}/restart`, restart);
    const none = await vmView(simulator, "vm-good-01");

    expect(other.guest.adapters[0]?.addresses).toEqual([{ ip: "10.40.1.90", prefixLength: 24 }]);
    expect(none.guest.adapters[0]?.addresses[0]?.ip).toMatch(/^169\.254\./u);
  });

  it("can stand in the scenario, and be taken away", async () => {
    const simulator = await simulate(
      aFleet({ faults: [{ kind: "throttle", operation: "vm.get", count: "always" }] }),
    );
    const before = (await arm(simulator, VM)).status;

    await admin(simulator, "/faults", { method: "DELETE" });

    expect([before, (await arm(simulator, VM)).status]).toEqual([429, 200]);
  });

  it.each([
    [{ kind: "unheard-of" }],
    [{ kind: "throttle" }],
    [{ kind: "throttle", operation: "vm.get", often: true }],
    [{ kind: "power", operation: "vm.get" }],
  ])("is refused if it is %j", async (fault) => {
    const simulator = await simulate();

    expect((await admin(simulator, "/faults", { body: fault })).status).toBe(400);
  });
});
