import { z } from "zod";

import { prefixHolding } from "../../../shared/domain/addresses.ts";
import { ArmError } from "../arm/arm-error.ts";
import { readBody } from "../arm/read-body.ts";
import { freeAddress } from "./build-world.ts";
import type { NicConfiguration, NicState, SubnetState, World } from "./world.ts";

const reference = z.looseObject({ id: z.string().min(1) });

const configurationBody = z.looseObject({
  name: z.string().min(1),
  properties: z.looseObject({
    privateIPAddress: z.string().optional(),
    privateIPAllocationMethod: z.enum(["Static", "Dynamic"]).default("Dynamic"),
    privateIPAddressVersion: z.enum(["IPv4", "IPv6"]).default("IPv4"),
    primary: z.boolean().optional(),
    subnet: reference,
    publicIPAddress: reference.nullish(),
  }),
});

const nicBody = z.looseObject({
  location: z.string().min(1),
  tags: z.record(z.string(), z.string().max(256)).optional(),
  properties: z.looseObject({
    ipConfigurations: z.array(configurationBody).min(1),
    enableIPForwarding: z.boolean().default(false),
    networkSecurityGroup: reference.nullish(),
  }),
});

type ConfigurationBody = z.output<typeof configurationBody>;

/** What only Azure sets, and what has a place of its own here. */
const NOT_EXTRA = new Set([
  "provisioningState",
  "resourceGuid",
  "macAddress",
  "virtualMachine",
  "primary",
  "ipConfigurations",
  "enableIPForwarding",
  "networkSecurityGroup",
  "vnetEncryptionSupported",
  "hostedWorkloads",
  "tapConfigurations",
  "defaultOutboundConnectivityEnabled",
]);

const NOT_EXTRA_OF_CONFIGURATION = new Set([
  "provisioningState",
  "privateIPAddress",
  "privateIPAllocationMethod",
  "privateIPAddressVersion",
  "primary",
  "subnet",
  "publicIPAddress",
]);

/** What a writer of a NIC decides: all of it, since a PUT replaces the whole. */
export type NicContent = Pick<
  NicState,
  "configurations" | "tags" | "ipForwarding" | "securityGroup" | "extra"
>;

/** What a PUT is read against. */
export interface NicBefore {
  readonly nic: NicState;
  /** Whether a configuration which becomes Dynamic keeps its address. */
  readonly dynamicKeepsAddress: boolean;
}

/**
 * Reads the body of a NIC's PUT.
 * @throws ArmError 400 for a body or an address which Azure refuses.
 */
export function readNicBody(world: World, before: NicBefore, body: unknown): NicContent {
  const { tags, properties } = readBody(nicBody, body);
  return {
    configurations: properties.ipConfigurations.map((entry, index) =>
      readConfiguration(world, before, { entry, isFirst: index === 0 }),
    ),
    tags: tags ?? {},
    ipForwarding: properties.enableIPForwarding,
    securityGroup: nameOf(world.securityGroups, properties.networkSecurityGroup),
    extra: without(properties, NOT_EXTRA),
  };
}

function readConfiguration(
  world: World,
  before: NicBefore,
  part: { readonly entry: ConfigurationBody; readonly isFirst: boolean },
): NicConfiguration {
  const { name, properties } = part.entry;
  const subnet = knownSubnet(world, properties.subnet.id);
  const address = addressOf(before, part.entry, subnet) ?? freeAddress(world, subnet.name);
  if (address === null) {
    throw new ArmError(400, "SubnetIsFull", `Subnet ${subnet.name} has no free address.`);
  }
  if (properties.privateIPAddressVersion === "IPv4") {
    checkAddress(world, before.nic, { address, subnet });
  }
  return {
    name,
    address,
    allocation: properties.privateIPAllocationMethod,
    primary: properties.primary ?? part.isFirst,
    version: properties.privateIPAddressVersion,
    subnet: subnet.name,
    publicIp: nameOf(world.publicIps, properties.publicIPAddress),
    extra: without(properties, NOT_EXTRA_OF_CONFIGURATION),
  };
}

/** The address that a configuration is to have; null where Azure picks one. */
function addressOf(
  before: NicBefore,
  { name, properties }: ConfigurationBody,
  subnet: SubnetState,
): string | null {
  const earlier = before.nic.configurations.find((entry) => entry.name === name);
  if (properties.privateIPAllocationMethod === "Static") {
    return properties.privateIPAddress ?? earlier?.address ?? null;
  }
  // Azure ignores the address that comes with Dynamic, and picks another one in another subnet.
  const keeps = earlier?.allocation === "Dynamic" || before.dynamicKeepsAddress;
  return earlier !== undefined && keeps && earlier.subnet === subnet.name ? earlier.address : null;
}

function checkAddress(
  world: World,
  nic: NicState,
  wanted: { readonly address: string; readonly subnet: SubnetState },
): void {
  const { address, subnet } = wanted;
  const isInside = z.ipv4().safeParse(address).success && prefixHolding(address, subnet.prefixes);
  if (isInside === false || isInside === null) {
    throw new ArmError(
      400,
      "PrivateIPAddressNotInSubnet",
      `Private static IP address ${address} does not belong to the range of subnet prefix ${subnet.prefixes.join(", ")}.`,
    );
  }
  const holder = [...world.nics.values()].find(
    (other) => other !== nic && other.configurations.some((entry) => entry.address === address),
  );
  if (holder !== undefined) {
    throw new ArmError(
      400,
      "PrivateIPAddressIsAllocated",
      `IP configuration of ${nic.name} is using the private IP address ${address} which is already allocated to resource ${holder.name}.`,
    );
  }
}

function knownSubnet(world: World, id: string): SubnetState {
  const subnet = world.network.subnets.find(
    (entry) => entry.name.toLowerCase() === lastPart(id).toLowerCase(),
  );
  if (subnet === undefined) {
    throw unknownReference(id);
  }
  return subnet;
}

/** The name, as Azure spells it, of what a NIC refers to; null where it refers to nothing. */
function nameOf(
  known: ReadonlyMap<string, { readonly name: string }>,
  wanted: { readonly id: string } | null | undefined,
): string | null {
  if (wanted === null || wanted === undefined) {
    return null;
  }
  const entry = known.get(lastPart(wanted.id).toLowerCase());
  if (entry === undefined) {
    throw unknownReference(wanted.id);
  }
  return entry.name;
}

function unknownReference(id: string): ArmError {
  return new ArmError(
    400,
    "InvalidResourceReference",
    `Resource ${id} referenced by the network interface was not found.`,
  );
}

function without(
  properties: Readonly<Record<string, unknown>>,
  names: ReadonlySet<string>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !names.has(key)));
}

function lastPart(id: string): string {
  return id.split("/").at(-1) ?? id;
}
