import { describe, expect, it } from "vitest";

import { changedParts } from "../../shared/domain/changed-parts.ts";
import { aNicBody } from "../remedies/nic-reset/nic-body.ts";

const NSG = "/subscriptions/S/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups";

describe("the parts in which two readings of a NIC differ", () => {
  it("are none where only Azure's own fields, letter case or the order of references differ", () => {
    const before = aNicBody();
    const [only] = before.ipConfigurations;
    const now = {
      ...before,
      etag: "another",
      macAddress: "00-0D-3A-00-00-99",
      provisioningState: "Updating",
      networkSecurityGroup: { id: `${NSG}/nsg`.toUpperCase() },
      hostedWorkloads: [],
      ipConfigurations: [
        {
          ...only,
          etag: "another",
          applicationSecurityGroups: only.applicationSecurityGroups.toReversed(),
          gatewayLoadBalancer: undefined,
        },
      ],
    };

    expect(changedParts(before, now)).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, readonly string[]]>([
    ["a tag", { tags: { owner: "till", cost: "7" } }, ["tags.cost"]],
    ["no NSG", { networkSecurityGroup: undefined }, ["networkSecurityGroup.id"]],
    ["another NSG", { networkSecurityGroup: { id: `${NSG}/b` } }, ["networkSecurityGroup.id"]],
    ["IP forwarding", { enableIPForwarding: true }, ["enableIPForwarding"]],
    [
      "accelerated networking",
      { enableAcceleratedNetworking: false },
      ["enableAcceleratedNetworking"],
    ],
    ["the auxiliary mode", { auxiliaryMode: "None" }, ["auxiliaryMode"]],
    [
      "the order of DNS servers",
      { dnsSettings: { dnsServers: ["10.0.0.9", "10.0.0.8"] } },
      ["dnsSettings.dnsServers[0]", "dnsSettings.dnsServers[1]"],
    ],
    ["no VM any more", { virtualMachine: undefined }, ["virtualMachine.id"]],
  ])("name %s", (_what, change, parts) => {
    const before = aNicBody();

    expect(changedParts(before, { ...before, ...change })).toEqual(parts);
  });

  it.each([
    ["publicIPAddress", "publicIPAddress.id"],
    ["applicationSecurityGroups", "applicationSecurityGroups[/asg/a].id"],
    ["loadBalancerBackendAddressPools", "loadBalancerBackendAddressPools[/lb/pool].id"],
    ["loadBalancerInboundNatRules", "loadBalancerInboundNatRules[/lb/nat].id"],
  ])("name an IP configuration's %s that is gone", (property, part) => {
    const before = aNicBody();
    const [only] = before.ipConfigurations;
    const now = { ...before, ipConfigurations: [{ ...only, [property]: undefined }] };

    expect(changedParts(before, now)).toContain(`ipConfigurations[ipconfig1].${part}`);
  });

  it("name a further IP configuration", () => {
    const before = aNicBody();
    const second = { name: "two", privateIPAddress: "10.0.0.9" };
    const now = { ...before, ipConfigurations: [...before.ipConfigurations, second] };

    expect(changedParts(before, now)).toContain("ipConfigurations[two].privateIPAddress");
  });
});
