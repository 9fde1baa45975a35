import { describe, expect, it } from "vitest";
import { z } from "zod";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import type { Simulator } from "../../local/simulator/simulator.ts";
import { aClock, aFleet, arm, clientsFor, effectKinds, errorCode, simulate } from "./harness.ts";

const NIC = "providers/Microsoft.Network/networkInterfaces/nic-full";

const nicBody = z.looseObject({
  etag: z.string(),
  location: z.string(),
  properties: z.looseObject({
    ipConfigurations: z.tuple([
      z.looseObject({
        name: z.string(),
        properties: z.looseObject({
          privateIPAddress: z.string(),
          privateIPAllocationMethod: z.string(),
          subnet: z.looseObject({ id: z.string() }),
        }),
      }),
    ]),
  }),
});
type Nic = z.output<typeof nicBody>;

/** A VM whose NIC has everything that a careless writer loses. */
function aFullNic(changes: Partial<ScenarioInput> = {}): ScenarioInput {
  return aFleet({
    securityGroups: [{ name: "nsg-full" }],
    vms: [
      {
        name: "vm-full",
        nics: [
          {
            name: "nic-full",
            tags: { owner: "till team" },
            securityGroup: "nsg-full",
            ipForwarding: true,
            acceleratedNetworking: true,
            auxiliaryMode: "MaxConnections",
            dnsServers: ["10.40.1.9"],
            ipConfigurations: [
              {
                address: "10.40.1.20",
                publicAddress: "203.0.113.20",
                applicationSecurityGroups: ["asg-web", "asg-ops"],
                loadBalancerPools: ["lb-front/pool-a"],
                natRules: ["lb-front/rdp-20"],
              },
            ],
          },
        ],
      },
    ],
    ...changes,
  });
}

async function readNic(simulator: Simulator): Promise<Nic> {
  return nicBody.parse((await arm(simulator, NIC)).body);
}

/** The NIC without what differs after every write. */
function settled(nic: Nic): unknown {
  return JSON.parse(JSON.stringify(nic).replaceAll(JSON.stringify(nic.etag), '"ETAG"'));
}

function withConfiguration(nic: Nic, change: Record<string, unknown>): unknown {
  const [only] = nic.properties.ipConfigurations;
  const configuration = { ...only, properties: { ...only.properties, ...change } };
  return { ...nic, properties: { ...nic.properties, ipConfigurations: [configuration] } };
}

async function addressAfter(
  simulator: Simulator,
  change: Record<string, unknown>,
): Promise<unknown[]> {
  const body = withConfiguration(await readNic(simulator), change);
  const { status } = await arm(simulator, NIC, { method: "PUT", body });
  const { properties } = (await readNic(simulator)).properties.ipConfigurations[0];
  return [status, properties.privateIPAllocationMethod, properties.privateIPAddress];
}

describe("a NIC that is written as it was read", () => {
  it("shows what the scenario gave it", async () => {
    const simulator = await simulate(aFullNic());
    const group = `/subscriptions/${simulator.subscriptionId}/resourceGroups/rg-fleet/providers/Microsoft.Network`;

    expect(await readNic(simulator)).toMatchObject({
      tags: { owner: "till team" },
      properties: {
        enableAcceleratedNetworking: true,
        enableIPForwarding: true,
        auxiliaryMode: "MaxConnections",
        dnsSettings: { dnsServers: ["10.40.1.9"] },
        networkSecurityGroup: { id: `${group}/networkSecurityGroups/nsg-full` },
        ipConfigurations: [
          {
            properties: {
              publicIPAddress: { id: `${group}/publicIPAddresses/pip-nic-full` },
              applicationSecurityGroups: [
                { id: `${group}/applicationSecurityGroups/asg-web` },
                { id: `${group}/applicationSecurityGroups/asg-ops` },
              ],
              loadBalancerBackendAddressPools: [
                { id: `${group}/loadBalancers/lb-front/backendAddressPools/pool-a` },
              ],
              loadBalancerInboundNatRules: [
                { id: `${group}/loadBalancers/lb-front/inboundNatRules/rdp-20` },
              ],
            },
          },
        ],
      },
    });
  });

  it("loses nothing, over HTTP and through the SDK", async () => {
    const simulator = await simulate(aFullNic());
    const { network } = clientsFor(simulator);
    const before = await readNic(simulator);

    await arm(simulator, NIC, { method: "PUT", body: before });
    const overHttp = await readNic(simulator);
    const read = await network.networkInterfaces.get("rg-fleet", "nic-full");
    await network.networkInterfaces.createOrUpdate("rg-fleet", "nic-full", read);
    const throughSdk = await readNic(simulator);

    expect(settled(overHttp)).toEqual(settled(before));
    expect(settled(throughSdk)).toEqual(settled(before));
    expect(new Set([before.etag, overHttp.etag, throughSdk.etag]).size).toBe(3);
    expect(await effectKinds(simulator)).toEqual(["nicWritten", "nicWritten"]);
  });

  it("spells the names of what it refers to as Azure does, however a writer spells them", async () => {
    const simulator = await simulate(aFullNic());
    const before = await readNic(simulator);
    const shouted: unknown = JSON.parse(
      JSON.stringify(before)
        .replaceAll("pip-nic-full", "PIP-NIC-FULL")
        .replaceAll("nsg-full", "NSG-Full"),
    );

    await arm(simulator, NIC, { method: "PUT", body: shouted });

    expect(settled(await readNic(simulator))).toEqual(settled(before));
  });

  it("loses all that its writer leaves out", async () => {
    const simulator = await simulate(aFullNic());
    const { location, properties } = await readNic(simulator);
    const [{ name, properties: kept }] = properties.ipConfigurations;
    const bare = {
      privateIPAddress: kept.privateIPAddress,
      privateIPAllocationMethod: "Static",
      subnet: kept.subnet,
    };

    await arm(simulator, NIC, {
      method: "PUT",
      body: { location, properties: { ipConfigurations: [{ name, properties: bare }] } },
    });

    const after = await readNic(simulator);
    expect(after).toMatchObject({
      tags: {},
      properties: {
        enableAcceleratedNetworking: false,
        enableIPForwarding: false,
        auxiliaryMode: "None",
      },
    });
    expect(after.properties).not.toHaveProperty("dnsSettings");
    expect(after.properties).not.toHaveProperty("networkSecurityGroup");
    expect(Object.keys(after.properties.ipConfigurations[0].properties).toSorted()).toEqual([
      "primary",
      "privateIPAddress",
      "privateIPAddressVersion",
      "privateIPAllocationMethod",
      "provisioningState",
      "subnet",
    ]);
  });

  it.each([["networkSecurityGroup"], ["publicIPAddress"]])(
    "is refused where its %s is unknown",
    async (property) => {
      const simulator = await simulate(aFullNic());
      const nic = await readNic(simulator);
      const reference = { [property]: { id: "/subscriptions/s/providers/x/none" } };
      const body =
        property === "publicIPAddress"
          ? withConfiguration(nic, reference)
          : { ...nic, properties: { ...nic.properties, ...reference } };

      const answer = await arm(simulator, NIC, { method: "PUT", body });

      expect([answer.status, errorCode(answer)]).toEqual([400, "InvalidResourceReference"]);
      expect(await readNic(simulator)).toEqual(nic);
    },
  );
});

describe("the allocation of a NIC's address", () => {
  const TO_STATIC = { privateIPAllocationMethod: "Static", privateIPAddress: undefined };
  const TO_DYNAMIC = { privateIPAllocationMethod: "Dynamic" };

  it("keeps the address from Dynamic to Static and back", async () => {
    const simulator = await simulate(aFullNic());

    const asStatic = await addressAfter(simulator, TO_STATIC);
    const asDynamic = await addressAfter(simulator, TO_DYNAMIC);

    expect(asStatic).toEqual([200, "Static", "10.40.1.20"]);
    expect(asDynamic).toEqual([200, "Dynamic", "10.40.1.20"]);
    expect(await effectKinds(simulator)).toEqual(["nicWritten", "nicWritten"]);
  });

  it("gives another address from Static to Dynamic, where the scenario says so", async () => {
    const simulator = await simulate(aFullNic({ dynamicKeepsAddress: false }));
    await addressAfter(simulator, TO_STATIC);

    const first = await addressAfter(simulator, TO_DYNAMIC);
    const second = await addressAfter(simulator, TO_DYNAMIC);

    expect(first).toEqual([200, "Dynamic", "10.40.1.4"]);
    expect(second).toEqual(first);
    expect((await effectKinds(simulator)).filter((kind) => kind === "vmRestarted")).toHaveLength(1);
  });

  it("ignores an address that comes with Dynamic", async () => {
    const simulator = await simulate(aFullNic());

    const after = await addressAfter(simulator, {
      ...TO_DYNAMIC,
      privateIPAddress: "10.40.1.99",
    });

    expect(after).toEqual([200, "Dynamic", "10.40.1.20"]);
  });
});

describe("a second write of a NIC", () => {
  it("is refused with 429 and a time to wait while Azure is at work on the first", async () => {
    const clock = aClock();
    const simulator = await simulate(aFullNic(), { now: clock.now, latency: "demo" });
    const nic = await readNic(simulator);
    await arm(simulator, NIC, { method: "PUT", body: { ...nic, tags: { first: "1" } } });
    const body = { ...nic, tags: { second: "2" } };

    const early = await arm(simulator, NIC, { method: "PUT", body });
    const between = await readNic(simulator);
    const wait = Number(early.headers.get("Retry-After"));
    clock.forward(wait);
    const late = await arm(simulator, NIC, { method: "PUT", body });

    expect([early.status, errorCode(early)]).toEqual([429, "RetryableErrorDueToAnotherOperation"]);
    expect(wait).toBeGreaterThanOrEqual(1);
    expect(wait).toBeLessThanOrEqual(2);
    expect(between).toMatchObject({
      tags: { first: "1" },
      properties: { provisioningState: "Updating" },
    });
    expect(late.status).toBe(200);
    expect(await readNic(simulator)).toMatchObject({ tags: { second: "2" } });
  });

  it("says 412, not 429, where its ETag is old", async () => {
    const clock = aClock();
    const simulator = await simulate(aFullNic(), { now: clock.now, latency: "demo" });
    const nic = await readNic(simulator);
    await arm(simulator, NIC, { method: "PUT", body: nic });

    const second = await arm(simulator, NIC, {
      method: "PUT",
      body: nic,
      headers: { "If-Match": nic.etag },
    });

    expect(second.status).toBe(412);
  });
});
