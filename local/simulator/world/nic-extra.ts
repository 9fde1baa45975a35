import type { ScenarioNic } from "../scenario/scenario.ts";
import { resourceId } from "./world.ts";
import type { World } from "./world.ts";

type Extra = Readonly<Record<string, unknown>>;

const BALANCER_TYPE = "Microsoft.Network/loadBalancers";
const GATEWAY_TYPE = "Microsoft.Network/applicationGateways";

/** What a scenario's NIC has beside its addresses, as Resource Manager shows it. */
export function nicExtra(card: ScenarioNic): Extra {
  return {
    enableAcceleratedNetworking: card.acceleratedNetworking,
    auxiliaryMode: card.auxiliaryMode,
    ...(card.dnsServers.length === 0 ? {} : { dnsSettings: { dnsServers: card.dnsServers } }),
  };
}

/** What an IP configuration of a scenario belongs to, as Resource Manager shows it. */
export function configurationExtra(
  world: World,
  entry: ScenarioNic["ipConfigurations"][number],
): Extra {
  const groups = entry.applicationSecurityGroups.map((name) =>
    resourceId(world, "Microsoft.Network/applicationSecurityGroups", name),
  );
  const pools = entry.loadBalancerPools.map((part) =>
    partId(world, BALANCER_TYPE, part, "backendAddressPools"),
  );
  const rules = entry.natRules.map((part) => partId(world, BALANCER_TYPE, part, "inboundNatRules"));
  const gatewayPools = entry.gatewayPools.map((part) =>
    partId(world, GATEWAY_TYPE, part, "backendAddressPools"),
  );
  return {
    ...references("applicationSecurityGroups", groups),
    ...references("loadBalancerBackendAddressPools", pools),
    ...references("loadBalancerInboundNatRules", rules),
    ...references("applicationGatewayBackendAddressPools", gatewayPools),
  };
}

function partId(world: World, type: string, part: string, kind: string): string {
  const [owner = "", name = ""] = part.split("/");
  return `${resourceId(world, type, owner)}/${kind}/${name}`;
}

function references(property: string, ids: readonly string[]): Extra {
  return ids.length === 0 ? {} : { [property]: ids.map((id) => ({ id })) };
}
