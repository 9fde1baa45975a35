import { primaryConfiguration, resourceId } from "../../world/world.ts";
import type { NicConfiguration, NicState, World } from "../../world/world.ts";

const NIC_TYPE = "Microsoft.Network/networkInterfaces";

/** A NIC as Resource Manager shows it. */
export function renderNic(world: World, nic: NicState, now: number): unknown {
  const id = resourceId(world, NIC_TYPE, nic.name);
  const provisioningState = provisioningStateOf(nic, now);
  const vm = world.vms.get(nic.vm?.toLowerCase() ?? "");
  return {
    id,
    name: nic.name,
    type: NIC_TYPE,
    location: world.location,
    tags: nic.tags,
    etag: etagText(nic),
    properties: {
      enableAcceleratedNetworking: false,
      auxiliaryMode: "None",
      ...nic.extra,
      provisioningState,
      resourceGuid: nic.resourceGuid,
      ipConfigurations: nic.configurations.map((configuration) =>
        renderConfiguration(world, { id, etag: etagText(nic), configuration, provisioningState }),
      ),
      ...(vm === undefined || vm.power === "deallocated" ? {} : { macAddress: nic.mac }),
      enableIPForwarding: nic.ipForwarding,
      ...(nic.securityGroup === null
        ? {}
        : { networkSecurityGroup: { id: groupId(world, nic.securityGroup) } }),
      ...(nic.vm === null
        ? {}
        : {
            virtualMachine: { id: resourceId(world, "Microsoft.Compute/virtualMachines", nic.vm) },
            primary: nic.primary,
          }),
    },
  };
}

function provisioningStateOf({ updatingUntil, failed }: NicState, now: number): string {
  if (now < updatingUntil) {
    return "Updating";
  }
  return failed ? "Failed" : "Succeeded";
}

/** The ETag of a NIC as it stands in headers. */
export function etagText(nic: NicState): string {
  return `W/"${nic.etag}"`;
}

/** A subnet as Resource Manager shows it, with the addresses that lie in it. */
export function renderSubnet(world: World, subnetName: string): unknown {
  const subnet = world.network.subnets.find(
    (entry) => entry.name.toLowerCase() === subnetName.toLowerCase(),
  );
  if (subnet === undefined) {
    return null;
  }
  const [only, ...others] = subnet.prefixes;
  return {
    id: subnetId(world, subnet.name),
    name: subnet.name,
    type: "Microsoft.Network/virtualNetworks/subnets",
    properties: {
      provisioningState: "Succeeded",
      ...(others.length === 0 ? { addressPrefix: only } : { addressPrefixes: subnet.prefixes }),
      ...(subnet.securityGroup === null
        ? {}
        : { networkSecurityGroup: { id: groupId(world, subnet.securityGroup) } }),
      ipConfigurations: [...world.nics.values()].flatMap((nic) =>
        nic.configurations
          .filter((configuration) => configuration.subnet === subnet.name)
          .map((configuration) => ({ id: attachedId(world, nic, configuration) })),
      ),
      delegations: [],
      privateEndpointNetworkPolicies: "Disabled",
    },
  };
}

/** The primary IPv4 address of a NIC, in words. */
export function addressText(nic: NicState): string {
  return primaryConfiguration(nic)?.address ?? "no address";
}

/** Id of a subnet. */
function subnetId(world: World, name: string): string {
  return `${resourceId(world, "Microsoft.Network/virtualNetworks", world.network.name)}/subnets/${name}`;
}

function groupId(world: World, name: string): string {
  return resourceId(world, "Microsoft.Network/networkSecurityGroups", name);
}

/** Azure spells the resource group in upper case in these ids. */
function attachedId(world: World, nic: NicState, configuration: NicConfiguration): string {
  const id = resourceId(world, NIC_TYPE, nic.name).replace(
    `/resourceGroups/${world.resourceGroup}/`,
    `/resourceGroups/${world.resourceGroup.toUpperCase()}/`,
  );
  return `${id}/ipConfigurations/${configuration.name.toUpperCase()}`;
}

function renderConfiguration(
  world: World,
  parts: {
    readonly id: string;
    readonly etag: string;
    readonly configuration: NicConfiguration;
    readonly provisioningState: string;
  },
): unknown {
  const { id, etag, configuration, provisioningState } = parts;
  return {
    id: `${id}/ipConfigurations/${configuration.name}`,
    name: configuration.name,
    type: `${NIC_TYPE}/ipConfigurations`,
    etag,
    properties: {
      ...configuration.extra,
      provisioningState,
      privateIPAddress: configuration.address,
      privateIPAllocationMethod: configuration.allocation,
      privateIPAddressVersion: configuration.version,
      primary: configuration.primary,
      subnet: { id: subnetId(world, configuration.subnet) },
      ...(configuration.publicIp === null
        ? {}
        : {
            publicIPAddress: {
              id: resourceId(world, "Microsoft.Network/publicIPAddresses", configuration.publicIp),
            },
          }),
    },
  };
}
