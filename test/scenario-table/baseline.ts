import type { VirtualMachine } from "@azure/arm-compute";
import type { IPAllocationMethod, NetworkInterface } from "@azure/arm-network";

import type { Azure } from "../../shared/azure/clients.ts";
import { parseSubnetId } from "../../shared/azure/subnet-id.ts";
import { NIC_TYPE, requireResourceId, VM_TYPE } from "../../shared/domain/resource-id.ts";

/** How a reset ended, in the words of the tool: it looks at no VM afterwards. */
export type ResetEnd =
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly message: string }
  /** Its process died once the swap was written. */
  | { readonly kind: "killed" };

/** A reset to do. */
export interface Reset {
  readonly azure: Azure;
  readonly vmId: string;
  readonly isKilledAfterSwap?: boolean;
}

type Configuration = NonNullable<NetworkInterface["ipConfigurations"]>[number];

/** Where an IP configuration stands, and what it was. */
interface Target {
  readonly resourceGroup: string;
  readonly nicName: string;
  readonly configuration: Configuration;
}

/**
 * What `az vm repair reset-nic` does, after the public description of its steps: start the VM if it is off; give the
 * primary IP configuration of the primary NIC the first address that Azure offers, Static; put the old one back, or for
 * Dynamic only the method. No snapshot, no look inside Windows, no `If-Match`, no way back after an error.
 */
export async function resetNic(reset: Reset): Promise<ResetEnd> {
  try {
    return await doReset(reset);
  } catch (error) {
    return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
  }
}

async function doReset({ azure, vmId, isKilledAfterSwap = false }: Reset): Promise<ResetEnd> {
  const { subscriptionId } = requireResourceId(vmId, VM_TYPE);
  const target = await findTarget(azure, vmId);
  const swap = await firstAvailableAddress(azure, subscriptionId, target);
  await update(azure, subscriptionId, target, { address: swap, method: "Static" });
  if (isKilledAfterSwap) {
    return { kind: "killed" };
  }
  const { privateIPAddress, privateIPAllocationMethod } = target.configuration;
  await update(
    azure,
    subscriptionId,
    target,
    privateIPAllocationMethod === "Dynamic"
      ? { method: "Dynamic" }
      : { address: privateIPAddress ?? "", method: "Static" },
  );
  return { kind: "done" };
}

async function findTarget(azure: Azure, vmId: string): Promise<Target> {
  const { subscriptionId, resourceGroup, name } = requireResourceId(vmId, VM_TYPE);
  const compute = await azure.compute(subscriptionId);
  const vm = await compute.virtualMachines.get(resourceGroup, name, { expand: "instanceView" });
  if (!isRunning(vm)) {
    await compute.virtualMachines.start(resourceGroup, name);
  }
  const nics = vm.networkProfile?.networkInterfaces ?? [];
  const primary = nics.find((nic) => nic.primary === true || nic.primary === undefined) ?? {};
  const nicId = requireResourceId(primary.id ?? "", NIC_TYPE);
  const network = await azure.network(subscriptionId);
  const nic = await network.networkInterfaces.get(nicId.resourceGroup, nicId.name);
  const configuration = nic.ipConfigurations?.find((entry) => entry.primary === true);
  if (configuration === undefined) {
    throw new Error(`NIC ${nicId.name} has no primary IP configuration.`);
  }
  return { resourceGroup: nicId.resourceGroup, nicName: nicId.name, configuration };
}

function isRunning({ instanceView }: VirtualMachine): boolean {
  return instanceView?.statuses?.some(({ code }) => code === "PowerState/running") === true;
}

/** `az network vnet subnet list-available-ips --query [0]`: it asks about the subnet's first prefix only. */
async function firstAvailableAddress(
  azure: Azure,
  subscriptionId: string,
  { configuration }: Target,
): Promise<string> {
  const id = parseSubnetId(configuration.subnet?.id ?? "");
  if (id === null) {
    throw new Error("The IP configuration names no subnet.");
  }
  const { resourceGroup, virtualNetwork, name } = id;
  const network = await azure.network(subscriptionId);
  const subnet = await network.subnets.get(resourceGroup, virtualNetwork, name);
  const prefix = subnet.addressPrefix ?? subnet.addressPrefixes?.[0] ?? "";
  const offer = await network.virtualNetworks.checkIPAddressAvailability(
    resourceGroup,
    virtualNetwork,
    prefix.slice(0, prefix.indexOf("/")),
  );
  const [first] = offer.availableIPAddresses ?? [];
  if (first === undefined) {
    throw new Error(`No available address in ${prefix}.`);
  }
  return first;
}

/** `az network nic ip-config update`: reads the NIC, changes it and writes it back, then waits for `--updated`. */
async function update(
  azure: Azure,
  subscriptionId: string,
  { resourceGroup, nicName, configuration }: Target,
  change: Change,
): Promise<void> {
  const { networkInterfaces } = await azure.network(subscriptionId);
  const nic = await networkInterfaces.get(resourceGroup, nicName);
  const ipConfigurations = (nic.ipConfigurations ?? []).map((entry) =>
    entry.name === configuration.name ? changed(entry, configuration, change) : entry,
  );
  await networkInterfaces.createOrUpdate(resourceGroup, nicName, { ...nic, ipConfigurations });
}

interface Change {
  readonly address?: string;
  readonly method: IPAllocationMethod;
}

/** Application security groups are passed again, as the tool does. */
function changed(
  entry: Configuration,
  { applicationSecurityGroups }: Configuration,
  { address, method }: Change,
): Configuration {
  return {
    ...entry,
    ...(applicationSecurityGroups === undefined ? {} : { applicationSecurityGroups }),
    ...(address === undefined ? {} : { privateIPAddress: address }),
    privateIPAllocationMethod: method,
  };
}
