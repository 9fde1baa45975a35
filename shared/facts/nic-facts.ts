import type { NetworkInterface, NetworkInterfaceIPConfiguration, Subnet } from "@azure/arm-network";

import { isIpv4, normalizeMac } from "../domain/addresses.ts";
import type { IpConfigurationFacts, NicFacts, SubnetFacts } from "../domain/facts.ts";
import { NIC_TYPE, parseResourceId } from "../domain/resource-id.ts";

/** NICs of a subnet that are kept: a VM's own, 15 at most, and some neighbours; a subnet may hold thousands. */
const SUBNET_NICS = 24;

/** Translates a NIC; its subnet is not read yet. */
export function nicFactsOf(nicId: string, primary: boolean, nic: NetworkInterface): NicFacts {
  return {
    id: nic.id ?? nicId,
    name: nic.name ?? nicId.slice(nicId.lastIndexOf("/") + 1),
    primary,
    mac: nic.macAddress === undefined ? null : normalizeMac(nic.macAddress),
    ipForwarding: nic.enableIPForwarding === true,
    networkSecurityGroupId: nic.networkSecurityGroup?.id ?? null,
    ipConfigurations: ipConfigurationsOf(nic.ipConfigurations ?? []),
    pools: (nic.ipConfigurations ?? []).flatMap(poolsOf),
    subnet: null,
  };
}

/** Primary first; a single one is primary even where Azure does not say so. */
function ipConfigurationsOf(
  configurations: readonly NetworkInterfaceIPConfiguration[],
): readonly IpConfigurationFacts[] {
  const marked = configurations.find(({ primary }) => primary === true) ?? configurations[0];
  return [
    ...configurations.filter((configuration) => configuration === marked),
    ...configurations.filter((configuration) => configuration !== marked),
  ].map((configuration, index) => ipConfigurationOf(configuration, index === 0));
}

function ipConfigurationOf(
  configuration: NetworkInterfaceIPConfiguration,
  primary: boolean,
): IpConfigurationFacts {
  return {
    name: configuration.name ?? "",
    primary,
    version: configuration.privateIPAddressVersion === "IPv6" ? "IPv6" : "IPv4",
    address: configuration.privateIPAddress ?? null,
    allocation: configuration.privateIPAllocationMethod === "Static" ? "Static" : "Dynamic",
    subnetId: configuration.subnet?.id ?? null,
    publicIpId: configuration.publicIPAddress?.id ?? null,
  };
}

/** While the NIC has another address, such a pool sends its traffic there or drops it. */
function poolsOf(configuration: NetworkInterfaceIPConfiguration): readonly string[] {
  return [
    ...(configuration.loadBalancerBackendAddressPools ?? []),
    ...(configuration.loadBalancerInboundNatRules ?? []),
    ...(configuration.applicationGatewayBackendAddressPools ?? []),
  ].flatMap(({ id }) => id ?? []);
}

/** The subnet of a NIC's primary IP configuration; null if it has none. */
export function primarySubnetId(nic: NicFacts): string | null {
  return nic.ipConfigurations.find(({ primary }) => primary)?.subnetId ?? null;
}

/** Translates a subnet; of its IP configurations only those of ordinary NICs count. */
export function subnetFactsOf(subnetId: string, subnet: Subnet): SubnetFacts {
  const prefixes = subnet.addressPrefixes ?? [];
  const all = prefixes.length === 0 ? [subnet.addressPrefix ?? ""] : prefixes;
  const nicIds = (subnet.ipConfigurations ?? []).flatMap(({ id }) => nicIdOf(id ?? "") ?? []);
  return {
    id: subnet.id ?? subnetId,
    prefixes: all.filter((prefix) => isIpv4(prefix.split("/")[0] ?? "")),
    networkSecurityGroupId: subnet.networkSecurityGroup?.id ?? null,
    nicIds: [...new Set(nicIds)].slice(0, SUBNET_NICS),
  };
}

function nicIdOf(ipConfigurationId: string): string | null {
  const nicId = ipConfigurationId.replace(/\/ipconfigurations\/[^/]+$/iu, "").toLowerCase();
  return parseResourceId(nicId)?.type === NIC_TYPE ? nicId : null;
}
