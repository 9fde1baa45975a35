import { expect, it } from "vitest";

import { nicFactsOf, primarySubnetId, subnetFactsOf } from "../../shared/facts/nic-facts.ts";

const NIC_ID =
  "/subscriptions/S/resourceGroups/RG/providers/Microsoft.Network/networkInterfaces/Nic-Till";
const SUBNET_ID =
  "/subscriptions/S/resourceGroups/RG/providers/Microsoft.Network/virtualNetworks/v/subnets/s";

it("puts the primary IP configuration first and keeps IPv6 apart", () => {
  const nic = nicFactsOf(NIC_ID, true, {
    ipConfigurations: [
      { name: "six", privateIPAddress: "fd00::4", privateIPAddressVersion: "IPv6" },
      {
        name: "four",
        primary: true,
        privateIPAddress: "10.40.2.7",
        privateIPAllocationMethod: "Static",
        subnet: { id: SUBNET_ID },
        publicIPAddress: { id: "/pip" },
      },
    ],
  });

  expect(nic.ipConfigurations).toEqual([
    {
      name: "four",
      primary: true,
      version: "IPv4",
      address: "10.40.2.7",
      allocation: "Static",
      subnetId: SUBNET_ID,
      publicIpId: "/pip",
    },
    {
      name: "six",
      primary: false,
      version: "IPv6",
      address: "fd00::4",
      allocation: "Dynamic",
      subnetId: null,
      publicIpId: null,
    },
  ]);
  expect(primarySubnetId(nic)).toBe(SUBNET_ID);
});

it("takes a single IP configuration for the primary one", () => {
  const nic = nicFactsOf(NIC_ID, true, { ipConfigurations: [{ privateIPAddress: "10.40.2.7" }] });

  expect(nic.ipConfigurations[0]?.primary).toBe(true);
});

it("spells the MAC address in one way, and knows when there is none", () => {
  expect(nicFactsOf(NIC_ID, true, { macAddress: "000d3a5e1122" }).mac).toBe("00-0D-3A-5E-11-22");
  expect(nicFactsOf(NIC_ID, true, {}).mac).toBeNull();
});

it("lists the NICs of a subnet once each, and nothing else that has an address there", () => {
  const subnet = subnetFactsOf(SUBNET_ID, {
    addressPrefix: "10.40.2.0/24",
    ipConfigurations: [
      { id: `${NIC_ID}/ipConfigurations/a` },
      { id: `${NIC_ID.toLowerCase()}/ipconfigurations/b` },
      {
        id: "/subscriptions/S/resourceGroups/RG/providers/Microsoft.Network/loadBalancers/lb/frontendIPConfigurations/f",
      },
      {
        id: "/subscriptions/S/resourceGroups/RG/providers/Microsoft.Compute/virtualMachineScaleSets/set/virtualMachines/0/networkInterfaces/n/ipConfigurations/c",
      },
      {},
    ],
  });

  expect(subnet.nicIds).toEqual([NIC_ID.toLowerCase()]);
});

it("keeps the first few NICs of a subnet that holds thousands", () => {
  const ipConfigurations = Array.from({ length: 3000 }, (_, index) => ({
    id: `${NIC_ID}-${index}/ipConfigurations/a`,
  }));

  const { nicIds } = subnetFactsOf(SUBNET_ID, { ipConfigurations });

  expect(nicIds[0]).toBe(`${NIC_ID}-0`.toLowerCase());
  expect(nicIds).toHaveLength(24);
});

it.each([
  ["one prefix", { addressPrefix: "10.40.2.0/24" }, ["10.40.2.0/24"]],
  [
    "a list",
    { addressPrefixes: ["10.40.2.0/24", "10.41.0.0/24"] },
    ["10.40.2.0/24", "10.41.0.0/24"],
  ],
  ["a list with IPv6", { addressPrefixes: ["fd00::/64", "10.40.2.0/24"] }, ["10.40.2.0/24"]],
  ["none", {}, []],
])("reads the IPv4 prefixes of a subnet with %s", (_form, subnet, expected) => {
  expect(subnetFactsOf(SUBNET_ID, subnet).prefixes).toEqual(expected);
});

it("knows whatever sends traffic to the NIC: pools, NAT rules, and gateways' pools", () => {
  const nic = nicFactsOf(NIC_ID, true, {
    ipConfigurations: [
      { loadBalancerBackendAddressPools: [{ id: "/lb/backendAddressPools/web" }] },
      {
        loadBalancerInboundNatRules: [{ id: "/lb/inboundNatRules/rdp" }],
        applicationGatewayBackendAddressPools: [{ id: "/gateway/backendAddressPools/web" }, {}],
      },
    ],
  });

  expect(nic.pools).toEqual([
    "/lb/backendAddressPools/web",
    "/lb/inboundNatRules/rdp",
    "/gateway/backendAddressPools/web",
  ]);
  expect(nicFactsOf(NIC_ID, true, {}).pools).toEqual([]);
});
