import { describe, expect, it } from "vitest";

import type { Simulator } from "../../local/simulator/simulator.ts";
import { aFleet, arm, clientsFor, errorCode, simulate } from "./harness.ts";

const CHECK = "providers/Microsoft.Network/virtualNetworks/vnet-fleet/CheckIPAddressAvailability";
const NEXT = ["10.40.1.6", "10.40.1.7", "10.40.1.8", "10.40.1.9", "10.40.1.10"];

describe("the question whether an address is free", () => {
  it.each([
    ["a free one", "10.40.1.77", { available: true, isPlatformReserved: false }],
    [
      "one that a NIC has",
      "10.40.1.5",
      { available: false, availableIPAddresses: NEXT, isPlatformReserved: false },
    ],
    [
      "the network's own, which gives candidates",
      "10.40.1.0",
      { available: false, availableIPAddresses: NEXT, isPlatformReserved: true },
    ],
    [
      "the last one",
      "10.40.1.255",
      { available: false, availableIPAddresses: NEXT, isPlatformReserved: true },
    ],
  ])("is answered for %s", async (_what, address, body) => {
    const simulator = await simulate();

    const [read, posted] = await Promise.all(
      ["GET", "POST"].map(
        async (method) => await arm(simulator, `${CHECK}?ipAddress=${address}`, { method }),
      ),
    );

    expect(read?.body).toEqual(body);
    expect(posted?.body).toEqual(body);
  });

  it("offers addresses of the asked prefix only, and fewer where fewer are free", async () => {
    const simulator = await simulate(
      aFleet({
        network: {
          subnets: [
            { name: "snet-a", prefixes: ["10.40.1.0/24", "10.40.9.0/29"] },
            { name: "snet-b", prefixes: ["10.40.3.0/24"] },
          ],
        },
      }),
    );
    const { network } = clientsFor(simulator);

    const answer = await network.virtualNetworks.checkIPAddressAvailability(
      "rg-fleet",
      "vnet-fleet",
      "10.40.9.0",
    );

    expect(answer.availableIPAddresses).toEqual(["10.40.9.4", "10.40.9.5", "10.40.9.6"]);
  });

  it("follows the NICs: an address that was offered is taken after a write", async () => {
    const simulator = await simulate();
    await movePrimaryTo(simulator, "10.40.1.6");

    const answer = await arm(simulator, `${CHECK}?ipAddress=10.40.1.0`);

    expect(answer.body).toMatchObject({
      availableIPAddresses: ["10.40.1.5", "10.40.1.7", "10.40.1.8", "10.40.1.9", "10.40.1.10"],
    });
  });

  it.each([
    ["an address of no subnet", `${CHECK}?ipAddress=10.50.1.4`, "PrivateIPAddressNotInAnySubnet"],
    ["an address that is none", `${CHECK}?ipAddress=10.40.1`, "InvalidIPAddress"],
    ["no address", CHECK, "InvalidIPAddress"],
    [
      "another network",
      `${CHECK.replace("vnet-fleet", "vnet-x")}?ipAddress=10.40.1.4`,
      "ResourceNotFound",
    ],
  ])("is refused for %s", async (_what, path, code) => {
    const simulator = await simulate();

    expect(errorCode(await arm(simulator, path))).toBe(code);
  });
});

async function movePrimaryTo(simulator: Simulator, address: string): Promise<void> {
  const response = await fetch(`${simulator.armEndpoint}/_simulator/nics/nic-good-01`, {
    method: "POST",
    body: JSON.stringify({ address }),
  });
  expect(response.status).toBe(200);
}
