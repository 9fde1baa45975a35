import { describe, expect, it } from "vitest";

import { networkAddress, swapAddresses } from "../../../shared/remedies/nic-reset/swap-address.ts";
import { aRecord } from "./nic-body.ts";

describe("addresses that may stand in for a NIC's own", () => {
  it("are those which Azure offers, in its order, each once", () => {
    expect(swapAddresses(aRecord(), ["10.0.0.9", "10.0.0.7", "10.0.0.9"])).toEqual([
      "10.0.0.9",
      "10.0.0.7",
    ]);
  });

  it.each([
    ["the NIC's own", "10.0.0.10"],
    ["one that Windows holds wrongly", "10.0.0.66"],
    ["one that was tried already", "10.0.0.20"],
    ["one of another subnet", "10.0.1.9"],
    ["the network's own", "10.0.0.0"],
    ["the gateway's", "10.0.0.1"],
    ["the third of Azure's own", "10.0.0.3"],
    ["the last one", "10.0.0.255"],
  ])("are never %s", (_what, address) => {
    const record = aRecord({
      avoid: ["10.0.0.66"],
      written: [{ address: "10.0.0.20", allocation: "Static" }],
    });

    expect(swapAddresses(record, [address])).toEqual([]);
  });

  it("are of every prefix, each with its own reserved ones", () => {
    const record = aRecord({ prefixes: ["10.0.0.0/29", "10.9.0.128/26"] });
    const offered = ["10.0.0.3", "10.0.0.4", "10.0.0.7", "10.9.0.131", "10.9.0.132", "10.9.0.191"];

    expect(swapAddresses(record, offered)).toEqual(["10.0.0.4", "10.9.0.132"]);
  });

  it("are asked for with the prefix's own address, which nobody can have", () => {
    expect(networkAddress("10.9.0.128/26")).toBe("10.9.0.128");
  });
});
