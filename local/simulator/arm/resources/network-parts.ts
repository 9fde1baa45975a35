import { DEFAULT_RULES } from "../../network/security-rules.ts";
import { resourceId } from "../../world/world.ts";
import type { SecurityRuleState, World } from "../../world/world.ts";

const GROUP_TYPE = "Microsoft.Network/networkSecurityGroups";
const PUBLIC_TYPE = "Microsoft.Network/publicIPAddresses";

/** A network security group as Resource Manager shows it; null if there is none of that name. */
export function renderSecurityGroup(world: World, name: string): unknown {
  const group = world.securityGroups.get(name.toLowerCase());
  if (group === undefined) {
    return null;
  }
  const id = resourceId(world, GROUP_TYPE, group.name);
  return {
    id,
    name: group.name,
    type: GROUP_TYPE,
    location: world.location,
    properties: {
      provisioningState: "Succeeded",
      securityRules: group.rules.map((rule) => renderRule(`${id}/securityRules`, rule)),
      defaultSecurityRules: DEFAULT_RULES.map((rule) =>
        renderRule(`${id}/defaultSecurityRules`, rule),
      ),
    },
  };
}

/** A public address as Resource Manager shows it; null if there is none of that name. */
export function renderPublicIp(world: World, name: string): unknown {
  const publicIp = world.publicIps.get(name.toLowerCase());
  if (publicIp === undefined) {
    return null;
  }
  const user = userOf(world, publicIp.name);
  return {
    id: resourceId(world, PUBLIC_TYPE, publicIp.name),
    name: publicIp.name,
    type: PUBLIC_TYPE,
    location: world.location,
    sku: { name: "Standard", tier: "Regional" },
    properties: {
      provisioningState: "Succeeded",
      ipAddress: publicIp.address,
      publicIPAddressVersion: "IPv4",
      publicIPAllocationMethod: "Static",
      ...(user === null ? {} : { ipConfiguration: { id: user } }),
    },
  };
}

/** Id of the IP configuration which uses a public address; null: none does. */
function userOf(world: World, publicName: string): string | null {
  for (const nic of world.nics.values()) {
    const configuration = nic.configurations.find(
      ({ publicIp }) => publicIp?.toLowerCase() === publicName.toLowerCase(),
    );
    if (configuration !== undefined) {
      const id = resourceId(world, "Microsoft.Network/networkInterfaces", nic.name);
      return `${id}/ipConfigurations/${configuration.name}`;
    }
  }
  return null;
}

function renderRule(base: string, rule: SecurityRuleState): unknown {
  const ports =
    rule.ports.length === 1
      ? { destinationPortRange: rule.ports[0], destinationPortRanges: [] }
      : { destinationPortRanges: rule.ports };
  return {
    id: `${base}/${rule.name}`,
    name: rule.name,
    properties: {
      provisioningState: "Succeeded",
      protocol: rule.protocol,
      sourcePortRange: "*",
      sourceAddressPrefix: rule.source,
      destinationAddressPrefix: rule.destination,
      access: rule.access,
      priority: rule.priority,
      direction: rule.direction,
      ...ports,
    },
  };
}
