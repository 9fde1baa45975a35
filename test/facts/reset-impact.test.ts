import { expect, it } from "vitest";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import type { ResetImpact } from "../../shared/domain/reset-impact.ts";
import { readSubnets } from "../../shared/facts/azure-facts.ts";
import { readResetImpact } from "../../shared/facts/reset-impact.ts";
import { aVm, simulatedAzure } from "../azure/simulated-azure.ts";

type Rule = NonNullable<NonNullable<ScenarioInput["securityGroups"]>[number]["rules"]>[number];

const SUBNET: ScenarioInput["network"] = {
  subnets: [{ name: "snet", prefixes: ["10.40.2.0/24"], securityGroup: "nsg-subnet" }],
};

function rule(name: string, parts: Partial<Rule>): Rule {
  return { name, priority: 200, access: "Allow", ports: ["1433"], ...parts };
}

async function impact(
  rules: readonly Rule[],
  more: Partial<ScenarioInput> = {},
): Promise<ResetImpact> {
  const simulated = await simulatedAzure({
    network: SUBNET,
    securityGroups: [
      { name: "nsg-subnet", rules: [...rules] },
      { name: "nsg-nic", rules: [rule("FromTill", { source: "10.40.2.4" })] },
    ],
    vms: [
      aVm("vm-till", "10.40.2.4", {
        nics: [{ ipConfigurations: [{ address: "10.40.2.4" }], securityGroup: "nsg-nic" }],
      }),
    ],
    ...more,
  });
  const facts = await readSubnets(simulated.azure, await simulated.facts("vm-till"));
  const [nic] = facts.nics;
  if (nic === undefined) {
    throw new TypeError("The VM has a NIC.");
  }
  return await readResetImpact(simulated.azure, nic);
}

it("names the rules of both security groups that name the NIC's address", async () => {
  const { rules, unread } = await impact([
    rule("ToTill", { destination: "10.40.2.4/32" }),
    rule("ToFew", { priority: 201, destination: "10.40.2.0/29" }),
    rule("ToAll", { priority: 202, destination: "10.40.2.0/24" }),
    rule("ToOther", { priority: 203, destination: "10.40.2.5" }),
    rule("FromTag", { priority: 204, source: "Internet" }),
  ]);

  expect(rules).toEqual([
    "FromTill of NSG nsg-nic",
    "ToTill of NSG nsg-subnet",
    "ToFew of NSG nsg-subnet",
  ]);
  expect(unread).toEqual([]);
});

it("says which security groups it may not read", async () => {
  const notActions = ["Microsoft.Network/networkSecurityGroups/read"];
  const { rules, unread } = await impact([], { role: { actions: ["*"], notActions } });

  expect(rules).toEqual([]);
  expect(unread).toHaveLength(2);
  expect(unread[0]).toContain("Cannot read NSG");
});

it("names the records of private DNS that lead to the NIC's address, but for those that Azure keeps itself", async () => {
  const privateDnsZones = [
    {
      name: "corp.example",
      records: [
        { name: "till", addresses: ["10.40.2.9", "10.40.2.4"] },
        { name: "other", addresses: ["10.40.2.5"] },
        { name: "vm-till", addresses: ["10.40.2.4"], autoRegistered: true },
      ],
    },
    { name: "till.example", records: [{ name: "@", addresses: ["10.40.2.4"] }] },
    { name: "empty.example" },
  ];

  const whole = await impact([], { privateDnsZones });
  const paged = await impact([], { privateDnsZones, pageSize: 1 });

  expect(whole.records).toEqual(["till.corp.example", "till.example"]);
  expect(paged.records).toEqual(whole.records);
  expect(whole.unread).toEqual([]);
});

it("says that it may not read private DNS", async () => {
  const notActions = ["Microsoft.Network/privateDnsZones/*"];

  const { records, unread } = await impact([], { role: { actions: ["*"], notActions } });

  expect(records).toEqual([]);
  expect(unread).toEqual([
    expect.stringContaining("Cannot list the private DNS zones of the subscription"),
  ]);
});
