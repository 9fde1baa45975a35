/** The parts of a subnet's id. */
export interface SubnetId {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly virtualNetwork: string;
  readonly name: string;
}

const PATTERN =
  /^\/subscriptions\/(?<subscriptionId>[^/]+)\/resourcegroups\/(?<resourceGroup>[^/]+)\/providers\/microsoft\.network\/virtualnetworks\/(?<virtualNetwork>[^/]+)\/subnets\/(?<name>[^/]+)$/iu;

/** Reads a subnet's id in any letter case; null if it is not one. */
export function parseSubnetId(id: string): SubnetId | null {
  const groups = PATTERN.exec(id)?.groups;
  if (groups === undefined) {
    return null;
  }
  const { subscriptionId = "", resourceGroup = "", virtualNetwork = "", name = "" } = groups;
  return { subscriptionId, resourceGroup, virtualNetwork, name };
}
