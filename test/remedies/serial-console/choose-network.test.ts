import { describe, expect, it } from "vitest";

import type { ConsoleAddress } from "../../../shared/domain/facts.ts";
import { addressOrder } from "../../../shared/remedies/serial-console/address-order.ts";
import { chooseNetwork } from "../../../shared/remedies/serial-console/choose-network.ts";
import { aNic, aSecondNic, aSubnet } from "../../builders.ts";

const NIC = aNic();
const AZURE = "10.71.4.20";

function shown(network: number, ip: string): ConsoleAddress {
  return { network, ip, mask: "255.255.255.0", gateway: null };
}

function choose(
  addresses: readonly ConsoleAddress[],
  more: { readonly networks?: readonly number[]; readonly wrong?: readonly string[] } = {},
): unknown {
  const networks = more.networks ?? [...new Set(addresses.map(({ network }) => network))];
  return chooseNetwork({
    listing: { kind: "listed", addresses, networks },
    nics: [NIC, aSecondNic()],
    nic: NIC,
    wrongAddresses: more.wrong ?? [],
  });
}

const secondAddress = aSecondNic().ipConfigurations[0]?.address ?? "";

describe("the network number of a NIC", () => {
  it.each([
    ["the only one there is", choose([shown(7, "192.168.9.9")]), 7],
    ["the only one, without an address", choose([], { networks: [7] }), 7],
    [
      "the one that has Azure's address already",
      choose([shown(7, AZURE), shown(9, "10.0.0.9")]),
      7,
    ],
    [
      "the one with the wrong address seen before",
      choose([shown(7, "10.0.0.7"), shown(9, "10.0.0.9")], { wrong: ["10.0.0.9"] }),
      9,
    ],
    [
      "the only one with an address that is none of Azure's",
      choose([shown(7, secondAddress), shown(9, "10.0.0.9")]),
      9,
    ],
    [
      "the same, beside an address that Windows made up",
      choose([shown(7, "169.254.3.4"), shown(9, "10.0.0.9")]),
      9,
    ],
  ])("is %s", (_what, choice, network) => {
    expect(choice).toEqual({ kind: "found", network });
  });

  it.each([
    ["SAC lists none", choose([]), "no-network"],
    [
      "two have foreign addresses",
      choose([shown(7, "10.0.0.7"), shown(9, "10.0.0.9")]),
      "several-networks",
    ],
    ["two have none", choose([], { networks: [7, 9] }), "several-networks"],
  ])("cannot be told where %s", (_why, choice, code) => {
    expect(choice).toMatchObject({ kind: "unclear", code });
  });
});

describe("what is typed for a network number", () => {
  it("is Azure's own address, with mask and gateway of its subnet", () => {
    const nic = aNic({ subnet: aSubnet({ prefixes: ["10.9.0.0/16", "10.71.4.0/23"] }) });

    expect(addressOrder(7, nic)).toEqual({
      network: 7,
      ip: AZURE,
      mask: "255.255.254.0",
      gateway: "10.71.4.1",
    });
  });

  it("is nothing where Azure does not tell the subnet", () => {
    expect(addressOrder(7, aNic({ subnet: null }))).toBeNull();
  });
});
