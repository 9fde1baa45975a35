import { describe, expect, it } from "vitest";

import { aClock, admin, aFleet, arm, effectKinds, simulate, vmView } from "./harness.ts";

const VM = "providers/Microsoft.Compute/virtualMachines/vm-good-01";

describe("a VM", () => {
  it.each([
    ["deallocate", "deallocated", ["vmDeallocated"]],
    ["restart", "running", ["vmRestarted"]],
    ["start", "running", []],
  ])("obeys %s", async (action, power, effects) => {
    const simulator = await simulate();

    const answer = await arm(simulator, `${VM}/${action}`, { method: "POST" });
    const path = (answer.headers.get("Azure-AsyncOperation") ?? "").replace(
      simulator.armEndpoint,
      "",
    );

    expect(answer.status).toBe(202);
    expect((await arm(simulator, path)).body).toMatchObject({ status: "Succeeded" });
    expect((await vmView(simulator, "vm-good-01")).power).toBe(power);
    expect(await effectKinds(simulator)).toEqual(effects);
  });

  it("that is deallocated shows no agent, no MAC address, and comes back with both", async () => {
    const simulator = await simulate();
    const nic = "providers/Microsoft.Network/networkInterfaces/nic-good-01";
    await arm(simulator, `${VM}/deallocate`, { method: "POST" });
    const view = (await arm(simulator, `${VM}/instanceView`)).body;
    const offNic = (await arm(simulator, nic)).body;

    await arm(simulator, `${VM}/start`, { method: "POST" });

    expect(view).toMatchObject({ statuses: [{}, { code: "PowerState/deallocated" }] });
    expect(view).not.toHaveProperty("vmAgent");
    expect(offNic).not.toHaveProperty("properties.macAddress");
    expect((await arm(simulator, nic)).body).toHaveProperty("properties.macAddress");
    expect((await vmView(simulator, "vm-good-01")).agent.ready).toBe(true);
  });

  it("takes its time to stop and to start in the demo's latency", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), { now: clock.now, latency: "demo" });
    const states: string[] = [];
    async function note(): Promise<void> {
      states.push((await vmView(simulator, "vm-good-01")).power);
    }

    await arm(simulator, `${VM}/deallocate`, { method: "POST" });
    await note();
    clock.forward(10);
    await note();
    await arm(simulator, `${VM}/start`, { method: "POST" });
    await note();
    clock.forward(10);
    await note();

    expect(states).toEqual(["deallocating", "deallocated", "starting", "running"]);
  });

  it("runs a while before its agent reports", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), { now: clock.now, latency: "demo" });
    await arm(simulator, `${VM}/restart`, { method: "POST" });
    const seen = new Set<string>();

    for (let step = 0; step < 60; step += 1) {
      const { power, agent } = await vmView(simulator, "vm-good-01");
      seen.add(`${power}, agent ${agent.ready ? "ready" : "silent"}`);
      clock.forward(0.1);
    }

    expect([...seen]).toEqual([
      "starting, agent silent",
      "running, agent silent",
      "running, agent ready",
    ]);
  });

  it("that is stopped while it starts stays stopped", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), { now: clock.now, latency: "demo" });
    await arm(simulator, `${VM}/restart`, { method: "POST" });
    await arm(simulator, `${VM}/deallocate`, { method: "POST" });

    clock.forward(60);

    expect((await vmView(simulator, "vm-good-01")).power).toBe("deallocated");
    expect(await effectKinds(simulator)).toEqual(["vmDeallocated"]);
  });

  it("whose agent Azure cannot hear keeps the time of the last report", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), { now: clock.now });
    await arm(simulator, VM);
    const last = clock.now().toISOString();
    await admin(simulator, "/vms/vm-good-01/guest", {
      body: { static: { addresses: ["10.40.1.66/24"], gateway: "10.40.1.1" } },
    });

    clock.forward(300);

    expect((await vmView(simulator, "vm-good-01")).agent).toEqual({
      ready: false,
      reportedAt: last,
      survivesWrongAddress: false,
    });
  });

  it("with its adapter disabled has no agent, however much the agent survives", async () => {
    const simulator = await simulate();
    const before = (await vmView(simulator, "vm-bad-01")).agent.ready;

    await admin(simulator, "/vms/vm-bad-01/guest", { body: { enabled: false } });

    expect(before).toBe(true);
    expect((await vmView(simulator, "vm-bad-01")).agent.ready).toBe(false);
  });

  it("with several NICs names the primary one, and only that gets a gateway", async () => {
    const simulator = await simulate(
      aFleet({
        vms: [
          {
            name: "vm-two",
            nics: [
              { ipConfigurations: [{ address: "10.40.1.20" }] },
              { ipConfigurations: [{ address: "10.40.1.21" }] },
            ],
          },
        ],
      }),
    );

    const { body } = await arm(simulator, "providers/Microsoft.Compute/virtualMachines/vm-two");

    expect(body).toMatchObject({
      properties: {
        networkProfile: {
          networkInterfaces: [
            { properties: { primary: true } },
            { properties: { primary: false } },
          ],
        },
      },
    });
    const { guest } = await vmView(simulator, "vm-two");
    expect(guest.adapters.map(({ gateways }) => gateways)).toEqual([["10.40.1.1"], []]);
  });
});

describe("people at the simulator", () => {
  it.each([
    ["/vms/vm-none/guest", { dhcp: true }, 404],
    ["/vms/vm-good-01/guest", { adapter: "Ethernet 9", dhcp: true }, 400],
    ["/vms/vm-good-01/guest", { static: { addresses: ["10.40.1.300/24"] } }, 400],
    ["/vms/vm-good-01/power", { state: "asleep" }, 400],
    ["/nics/nic-good-01", { address: "10.99.0.1" }, 400],
    ["/nics/nic-none", {}, 404],
  ])("are refused at %s with %j", async (path, body, status) => {
    const simulator = await simulate();

    expect((await admin(simulator, path, { body })).status).toBe(status);
    expect(await effectKinds(simulator)).toEqual([]);
  });

  it("see how to reach it, and can forget the log", async () => {
    const simulator = await simulate();
    await admin(simulator, "/vms/vm-good-01/power", { body: { state: "restarted" } });
    const before = await effectKinds(simulator);

    await admin(simulator, "/log", { method: "DELETE" });

    expect((await admin(simulator, "")).body).toEqual({
      armEndpoint: simulator.armEndpoint,
      subscriptionId: simulator.subscriptionId,
      subscriptions: [
        { id: simulator.subscriptionId, name: "Subscription 1", resourceGroup: "rg-fleet" },
      ],
      resourceGroup: "rg-fleet",
      token: simulator.token,
    });
    expect([before, await effectKinds(simulator)]).toEqual([["vmRestarted"], []]);
  });
});
