import { describe, expect, it } from "vitest";
import { z } from "zod";

import type { Simulator } from "../../local/simulator/simulator.ts";
import {
  aClock,
  admin,
  addFault,
  aFleet,
  arm,
  effectKinds,
  errorCode,
  simulate,
  vmView,
} from "./harness.ts";
import type { Answer } from "./harness.ts";

const NIC = "providers/Microsoft.Network/networkInterfaces/nic-good-01";

const nicBody = z.looseObject({
  etag: z.string(),
  properties: z.looseObject({
    provisioningState: z.string(),
    ipConfigurations: z.array(z.looseObject({ name: z.string(), properties: z.looseObject({}) })),
  }),
});
type Nic = z.output<typeof nicBody>;

async function readNic(simulator: Simulator): Promise<Nic> {
  return nicBody.parse((await arm(simulator, NIC)).body);
}

/** The NIC with its only configuration changed. */
function withConfiguration(nic: Nic, change: Record<string, unknown>): Nic {
  return {
    ...nic,
    properties: {
      ...nic.properties,
      ipConfigurations: nic.properties.ipConfigurations.map((entry) => ({
        ...entry,
        properties: { ...entry.properties, ...change },
      })),
    },
  };
}

async function put(simulator: Simulator, body: unknown, ifMatch?: string): Promise<Answer> {
  const headers = ifMatch === undefined ? {} : { "If-Match": ifMatch };
  return await arm(simulator, NIC, { method: "PUT", body, headers });
}

describe("a NIC write", () => {
  it("that keeps the MAC address restarts the VM, and DHCP gives the guest the new address", async () => {
    const simulator = await simulate(aFleet({ keepMac: true }));
    const nic = await readNic(simulator);
    const change = { privateIPAddress: "10.40.1.50", privateIPAllocationMethod: "Static" };

    const answer = await put(simulator, withConfiguration(nic, change), nic.etag);

    expect(answer.status).toBe(200);
    expect(answer.headers.get("Azure-AsyncOperation")).toContain("/operations/");
    expect(await effectKinds(simulator)).toEqual(["nicWritten", "leaseChanged", "vmRestarted"]);
    expect(await vmView(simulator, "vm-good-01")).toMatchObject({
      agent: { ready: true },
      rdp: { kind: "open" },
      guest: { adapters: [{ dhcp: true, addresses: [{ ip: "10.40.1.50" }] }] },
    });
  });

  it("that keeps the MAC address leaves a guest with a static address behind, cut off with its agent", async () => {
    const simulator = await simulate(aFleet({ keepMac: true }));
    await admin(simulator, "/vms/vm-good-01/guest", {
      body: { static: { addresses: ["10.40.1.5/24"], gateway: "10.40.1.1" } },
    });
    const before = await vmView(simulator, "vm-good-01");
    const nic = await readNic(simulator);
    const change = { privateIPAddress: "10.40.1.50", privateIPAllocationMethod: "Static" };

    await put(simulator, withConfiguration(nic, change));

    expect([before.agent.ready, before.rdp.kind]).toEqual([true, "open"]);
    expect(await vmView(simulator, "vm-good-01")).toMatchObject({
      agent: { ready: false },
      rdp: { kind: "silent" },
      guest: { adapters: [{ dhcp: false, addresses: [{ ip: "10.40.1.5" }] }] },
    });
  });

  it("replaces the whole NIC: what is left out is gone, the MAC address stays", async () => {
    const simulator = await simulate();
    const nic = await readNic(simulator);
    const full = {
      ...nic,
      tags: { a: "b" },
      properties: {
        ...nic.properties,
        enableIPForwarding: true,
        dnsSettings: { dnsServers: ["10.40.1.9"] },
      },
    };
    await put(simulator, full);
    const between = await readNic(simulator);

    await put(simulator, {
      location: "westeurope",
      properties: { ipConfigurations: nic.properties.ipConfigurations },
    });

    expect(between).toMatchObject({
      tags: { a: "b" },
      properties: { enableIPForwarding: true, dnsSettings: { dnsServers: ["10.40.1.9"] } },
    });
    const after = await readNic(simulator);
    expect(after["tags"]).toEqual({});
    expect(after.properties["enableIPForwarding"]).toBe(false);
    expect(after.properties["dnsSettings"]).toBeUndefined();
    expect(after.properties["macAddress"]).toBe(nic.properties["macAddress"]);
    expect(await effectKinds(simulator)).toEqual(["nicWritten", "nicWritten"]);
  });

  it("is refused with an old ETag, and changes nothing", async () => {
    const simulator = await simulate();
    const nic = await readNic(simulator);
    await put(simulator, { ...nic, tags: { one: "1" } }, nic.etag);

    const second = await put(simulator, { ...nic, tags: { two: "2" } }, nic.etag);
    const any = await put(simulator, { ...nic, tags: { three: "3" } }, "*");

    expect([second.status, errorCode(second)]).toEqual([412, "PreconditionFailed"]);
    expect(any.body).toMatchObject({ tags: { three: "3" } });
    expect(await effectKinds(simulator)).toEqual(["nicWritten", "nicWritten"]);
  });

  it.each([
    ["outside of the subnet", { privateIPAddress: "10.99.1.5" }, "PrivateIPAddressNotInSubnet"],
    ["of another VM", { privateIPAddress: "10.40.1.4" }, "PrivateIPAddressIsAllocated"],
    ["that is none", { privateIPAddress: "10.40.1" }, "PrivateIPAddressNotInSubnet"],
    ["in an unknown subnet", { subnet: { id: "/subnets/none" } }, "InvalidResourceReference"],
    ["of an unknown kind", { privateIPAllocationMethod: "Sometimes" }, "InvalidRequestFormat"],
  ])("is refused for an address %s", async (_what, change, code) => {
    const simulator = await simulate();
    const nic = await readNic(simulator);
    const body = withConfiguration(nic, { privateIPAllocationMethod: "Static", ...change });

    const answer = await put(simulator, body);

    expect([answer.status, errorCode(answer)]).toEqual([400, code]);
    expect(await readNic(simulator)).toEqual(nic);
  });

  it("keeps the address when the allocation becomes Dynamic", async () => {
    const simulator = await simulate();
    const nic = await readNic(simulator);

    await put(
      simulator,
      withConfiguration(nic, { privateIPAddress: undefined, privateIPAllocationMethod: "Dynamic" }),
    );

    expect((await readNic(simulator)).properties.ipConfigurations).toMatchObject([
      { properties: { privateIPAddress: "10.40.1.5" } },
    ]);
    expect(await effectKinds(simulator)).toEqual(["nicWritten"]);
  });

  it("by a person happens at the request that a fault names", async () => {
    const simulator = await simulate();
    await addFault(simulator, {
      kind: "humanNicChange",
      operation: "vm.get",
      vm: "vm-good-01",
      nth: 2,
    });
    const vm = "providers/Microsoft.Compute/virtualMachines/vm-bad-01";
    await arm(simulator, vm);
    const before = await readNic(simulator);

    await arm(simulator, vm);

    expect((await readNic(simulator)).etag).not.toBe(before.etag);
    expect((await readNic(simulator)).properties.ipConfigurations).toMatchObject([
      { properties: { privateIPAddress: "10.40.1.6", privateIPAllocationMethod: "Static" } },
    ]);
  });

  it("shows the restart in the instance view until the agent reports again", async () => {
    const clock = aClock();
    const simulator = await simulate(aFleet(), { now: clock.now, latency: "demo" });
    const nic = await readNic(simulator);
    const view = "providers/Microsoft.Compute/virtualMachines/vm-good-01/instanceView";
    await put(
      simulator,
      withConfiguration(nic, {
        privateIPAddress: "10.40.1.50",
        privateIPAllocationMethod: "Static",
      }),
    );
    const written = clock.now().toISOString();

    const starting = (await arm(simulator, view)).body;
    clock.forward(60);
    const started = (await arm(simulator, view)).body;

    expect(starting).toMatchObject({
      statuses: [{}, { code: "PowerState/starting" }],
      vmAgent: { statuses: [{ displayStatus: "Not Ready" }] },
    });
    expect(started).toMatchObject({
      statuses: [{}, { code: "PowerState/running" }],
      vmAgent: { statuses: [{ displayStatus: "Ready" }] },
    });
    const reported = (await vmView(simulator, "vm-good-01")).agent.reportedAt ?? "";
    expect(reported > written).toBe(true);
  });
});
