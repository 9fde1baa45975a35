import type { NetworkSecurityGroup, SecurityRule } from "@azure/arm-network";

import type { Azure } from "../azure/clients.ts";
import { unlessMissing } from "../azure/errors.ts";
import { parseResourceId } from "../domain/resource-id.ts";
import type { NsgRule } from "./nsg.ts";

const NSG_TYPE = "microsoft.network/networksecuritygroups";

/** The rules of one NSG, Azure's default rules included. */
export interface NsgReading {
  readonly name: string;
  readonly rules: readonly NsgRule[];
}

/**
 * Reads an NSG; null if it is gone.
 * @throws AzureRequestError if Azure does not tell.
 */
export async function readNsg(azure: Azure, nsgId: string): Promise<NsgReading | null> {
  const id = parseResourceId(nsgId);
  if (id?.type !== NSG_TYPE) {
    return null;
  }
  const client = await azure.network(id.subscriptionId);
  const found = await unlessMissing(
    `read NSG ${id.name}`,
    async () => await client.networkSecurityGroups.get(id.resourceGroup, id.name),
  );
  return found === null ? null : { name: id.name, rules: rulesOf(found) };
}

function rulesOf(nsg: NetworkSecurityGroup): readonly NsgRule[] {
  return [...(nsg.securityRules ?? []), ...(nsg.defaultSecurityRules ?? [])].map(ruleOf);
}

function ruleOf(rule: SecurityRule): NsgRule {
  return {
    name: rule.name ?? "",
    priority: rule.priority ?? 0,
    direction: rule.direction === "Outbound" ? "Outbound" : "Inbound",
    access: rule.access === "Allow" ? "Allow" : "Deny",
    protocol: rule.protocol ?? "*",
    sources: partiesOf(
      rule.sourceAddressPrefix,
      rule.sourceAddressPrefixes,
      rule.sourceApplicationSecurityGroups,
    ),
    destinations: partiesOf(
      rule.destinationAddressPrefix,
      rule.destinationAddressPrefixes,
      rule.destinationApplicationSecurityGroups,
    ),
    ports: listOf(rule.destinationPortRange, rule.destinationPortRanges),
  };
}

function partiesOf(
  one: string | undefined,
  many: readonly string[] | undefined,
  groups: readonly unknown[] | undefined,
): readonly string[] | null {
  return (groups ?? []).length > 0 ? null : listOf(one, many);
}

/** Azure fills the single field or the list, and leaves the other one out or empty. */
function listOf(one: string | undefined, many: readonly string[] | undefined): readonly string[] {
  return [...(one === undefined || one === "" ? [] : [one]), ...(many ?? [])];
}
