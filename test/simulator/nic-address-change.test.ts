import { describe, expect, it } from "vitest";
import { z } from "zod";

import type { Simulator } from "../../local/simulator/simulator.ts";
import {
  aClock,
  admin,
  aFleet,
  arm,
  effectKinds,
  outputOf,
  simulate,
  startCommand,
  vmView,
} from "./harness.ts";

const NIC = "providers/Microsoft.Network/networkInterfaces/nic-good-01";

const shown = z.looseObject({ properties: z.looseObject({ macAddress: z.string().optional() }) });

async function macOf(simulator: Simulator): Promise<string | undefined> {
  return shown.parse((await arm(simulator, NIC)).body).properties.macAddress;
}

async function changeAddress(simulator: Simulator, address: string): Promise<void> {
  const answer = await admin(simulator, "/nics/nic-good-01", { body: { address } });
  if (answer.status !== 200) {
    throw new Error(`The simulator refused ${address}: ${JSON.stringify(answer.body)}`);
  }
}

async function setStatic(simulator: Simulator): Promise<void> {
  await admin(simulator, "/vms/vm-good-01/guest", {
    body: {
      static: { addresses: ["10.40.1.5/24"], gateway: "10.40.1.1", dnsServers: ["10.40.1.9"] },
    },
  });
}

describe("another primary address of a NIC", () => {
  it("gives another MAC address, restarts the VM and leaves a ghost adapter behind", async () => {
    const simulator = await simulate();
    const before = await macOf(simulator);

    await changeAddress(simulator, "10.40.1.50");

    const { guest, rdp, agent } = await vmView(simulator, "vm-good-01");
    expect(await macOf(simulator)).not.toBe(before);
    expect(guest.adapters).toMatchObject([
      {
        name: "Ethernet 2",
        mac: await macOf(simulator),
        description: "Microsoft Hyper-V Network Adapter #2",
        dhcp: true,
        addresses: [{ ip: "10.40.1.50" }],
      },
    ]);
    expect(guest.ghosts).toMatchObject([
      { name: "Ethernet", description: "Microsoft Hyper-V Network Adapter" },
    ]);
    expect([rdp.kind, agent.ready]).toEqual(["open", true]);
    expect(await effectKinds(simulator)).toEqual([
      "nicWritten",
      "adaptersChanged",
      "adaptersChanged",
      "leaseChanged",
      "vmRestarted",
    ]);
  });

  it("heals a guest with a static address, which the ghost remembers", async () => {
    const simulator = await simulate();
    await setStatic(simulator);

    await changeAddress(simulator, "10.40.1.50");

    const { guest, rdp } = await vmView(simulator, "vm-good-01");
    expect(rdp.kind).toBe("open");
    expect(guest.adapters).toMatchObject([{ dhcp: true, staticDnsServers: [] }]);
    expect(guest.ghosts).toMatchObject([
      {
        name: "Ethernet",
        dhcp: false,
        addresses: [{ ip: "10.40.1.5", prefixLength: 24 }],
        gateways: ["10.40.1.1"],
        staticDnsServers: ["10.40.1.9"],
      },
    ]);
  });

  it("leaves one more ghost each time, also on the way back", async () => {
    const simulator = await simulate();

    await changeAddress(simulator, "10.40.1.50");
    await changeAddress(simulator, "10.40.1.5");

    const { guest } = await vmView(simulator, "vm-good-01");
    expect(guest.adapters.map(({ name }) => name)).toEqual(["Ethernet 3"]);
    expect(guest.ghosts.map(({ name }) => name)).toEqual(["Ethernet", "Ethernet 2"]);
  });

  it("shows a ghost in none of Windows' commands", async () => {
    const simulator = await simulate();
    await setStatic(simulator);
    await changeAddress(simulator, "10.40.1.50");

    const command = await startCommand(
      simulator,
      ["ipconfig /all", "netsh interface ip show config"],
      "vm-good-01",
    );

    const { stdout } = await outputOf(simulator, command);
    expect(stdout).toContain("Ethernet adapter Ethernet 2:");
    expect(stdout).toContain('interface "Ethernet 2"');
    expect(stdout).not.toContain("Ethernet adapter Ethernet:");
    expect(stdout).not.toContain("10.40.1.5(");
    expect(stdout).not.toContain('interface "Ethernet"');
  });

  it("is seen by Windows at the next start, where the VM does not run", async () => {
    const simulator = await simulate();
    await admin(simulator, "/vms/vm-good-01/power", { body: { state: "stopped" } });

    await changeAddress(simulator, "10.40.1.50");
    const off = await vmView(simulator, "vm-good-01");
    await changeAddress(simulator, "10.40.1.51");
    await admin(simulator, "/vms/vm-good-01/power", { body: { state: "running" } });

    const { guest } = await vmView(simulator, "vm-good-01");
    expect(off.guest.ghosts).toEqual([]);
    expect(guest.ghosts.map(({ name }) => name)).toEqual(["Ethernet"]);
    expect(guest.adapters).toMatchObject([
      { name: "Ethernet 2", addresses: [{ ip: "10.40.1.51" }] },
    ]);
  });

  it("leaves MAC address and adapter as they are, where the scenario says so", async () => {
    const simulator = await simulate(aFleet({ keepMac: true }));
    const before = await macOf(simulator);

    await changeAddress(simulator, "10.40.1.50");

    const { guest } = await vmView(simulator, "vm-good-01");
    expect(await macOf(simulator)).toBe(before);
    expect(guest.adapters.map(({ name }) => name)).toEqual(["Ethernet"]);
    expect(guest.ghosts).toEqual([]);
  });

  it("takes as long as a start of Windows", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), { now: clock.now, latency: "demo" });

    await changeAddress(simulator, "10.40.1.50");
    const starting = await vmView(simulator, "vm-good-01");
    clock.forward(60);
    const started = await vmView(simulator, "vm-good-01");

    expect([starting.power, starting.guest.ghosts.length, starting.rdp.kind]).toEqual([
      "starting",
      0,
      "silent",
    ]);
    expect([started.power, started.guest.ghosts.length, started.rdp.kind]).toEqual([
      "running",
      1,
      "open",
    ]);
  });
});
