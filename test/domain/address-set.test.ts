import { describe, expect, it } from "vitest";

import { azureAddressSet } from "../../shared/domain/address-set.ts";
import { aNic, anIpConfiguration, aSubnet } from "../builders.ts";

describe("Azure's own addresses of a NIC", () => {
  it("come primary first, each with the mask of its own prefix, and without IPv6", () => {
    const nic = aNic({
      subnet: aSubnet({ prefixes: ["10.71.4.0/24", "10.71.8.0/22"] }),
      ipConfigurations: [
        anIpConfiguration({ name: "v6", primary: false, version: "IPv6", address: "fd00::20" }),
        anIpConfiguration({ name: "other", primary: false, address: "10.71.9.7" }),
        anIpConfiguration(),
      ],
    });

    expect(azureAddressSet(nic)).toEqual({
      addresses: [
        { ip: "10.71.4.20", mask: "255.255.255.0" },
        { ip: "10.71.9.7", mask: "255.255.252.0" },
      ],
      gateway: "10.71.4.1",
    });
  });

  it.each([
    ["the subnet is not known", aNic({ subnet: null })],
    ["the NIC has no configuration", aNic({ ipConfigurations: [] })],
    [
      "an address lies outside of the subnet",
      aNic({ ipConfigurations: [anIpConfiguration(), anIpConfiguration({ address: "10.9.9.9" })] }),
    ],
    [
      "Azure has not assigned one of them",
      aNic({ ipConfigurations: [anIpConfiguration(), anIpConfiguration({ address: null })] }),
    ],
  ])("are not known where %s", (_why, nic) => {
    expect(azureAddressSet(nic)).toBeNull();
  });
});
