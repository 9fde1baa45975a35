import { z } from "zod";

import { prefixHolding } from "../../shared/domain/addresses.ts";
import { ArmError } from "./arm-error.ts";
import { freeAddress } from "./build-world.ts";
import type { Fault } from "./fault-schema.ts";
import type { Identity } from "./identity.ts";
import type { EffectCause } from "./log.ts";
import { fail, openOperation, operationHeaders, succeed } from "./operations.ts";
import { restartVm } from "./power.ts";
import { addressText, etagText } from "./resources/network-interfaces.ts";
import type { Simulation } from "./simulation.ts";
import { resourceId } from "./world.ts";
import type { NicConfiguration, NicState, World } from "./world.ts";

const reference = z.looseObject({ id: z.string().min(1) });

const configurationBody = z.looseObject({
  name: z.string().min(1),
  properties: z.looseObject({
    privateIPAddress: z.string().optional(),
    privateIPAllocationMethod: z.enum(["Static", "Dynamic"]).default("Dynamic"),
    privateIPAddressVersion: z.enum(["IPv4", "IPv6"]).default("IPv4"),
    primary: z.boolean().optional(),
    subnet: reference,
    publicIPAddress: reference.optional(),
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

type NicBody = z.output<typeof nicBody>;

/** What only Azure sets; a writer's values for them are dropped. */
const READ_ONLY = new Set([
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

const CONFIGURATION_FIELDS = new Set([
  "provisioningState",
  "privateIPAddress",
  "privateIPAllocationMethod",
  "privateIPAddressVersion",
  "primary",
  "subnet",
  "publicIPAddress",
]);

/** A write of a NIC. */
export interface NicWrite {
  readonly body: unknown;
  /** The `If-Match` header, or null. */
  readonly ifMatch: string | null;
  readonly by: EffectCause;
  readonly caller: Identity;
}

/**
 * Replaces a whole NIC. When its primary address changes it gets another MAC address, and a running VM restarts, as
 * Azure's documentation says (reset-network-interface); nobody has confirmed either, so that a scenario can keep the MAC.
 * @throws ArmError 412 for another ETag, 400 for a body or an address which Azure refuses.
 */
export function writeNic(simulation: Simulation, nic: NicState, write: NicWrite): void {
  requireMatch(nic, write.ifMatch);
  const body = parseBody(write.body);
  const before = addressText(nic);
  replace(simulation, nic, body);
  const after = addressText(nic);
  const detail = before === after ? `${nic.name}: ${after}` : `${nic.name}: ${before} -> ${after}`;
  simulation.log.effect({ kind: "nicWritten", by: write.by, vm: nic.vm, detail });
  // Azure tells of a write when it is done.
  simulation.timeline.schedule(nic.updatingUntil, () => {
    announce(simulation, nic, write.caller);
  });
  const vm = simulation.world.vms.get(nic.vm?.toLowerCase() ?? "");
  if (vm !== undefined && before !== after) {
    if (!simulation.keepMac) {
      nic.mac = simulation.random.mac();
    }
    restartVm(simulation, vm, { by: write.by, detail: `the address of ${nic.name} changed` });
  }
}

function requireMatch(nic: NicState, ifMatch: string | null): void {
  if (ifMatch !== null && !["*", etagText(nic)].includes(ifMatch)) {
    throw new ArmError(
      412,
      "PreconditionFailed",
      `Precondition failed. The ETag of ${nic.name} is ${etagText(nic)}, not ${ifMatch}.`,
    );
  }
}

function parseBody(body: unknown): NicBody {
  const parsed = nicBody.safeParse(body);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join(".")}: ${issue.message}`,
    );
    throw new ArmError(
      400,
      "InvalidRequestFormat",
      `Cannot parse the request. ${problems.join("; ")}`,
    );
  }
  return parsed.data;
}

/**
 * The same as an operation of Resource Manager, with the faults that strike it.
 * @returns the headers that say where the operation can be read.
 */
export function startNicWrite(
  simulation: Simulation,
  nic: NicState,
  write: NicWrite,
  faults: readonly Fault[],
): Record<string, string> {
  const stuck = faults.find((fault) => fault.kind === "stuck");
  const failure = faults.find((fault) => fault.kind === "failOperation");
  if (stuck?.when !== "before" && failure?.when !== "before") {
    writeNic(simulation, nic, write);
  }
  const operation = openOperation(simulation, { provider: "Microsoft.Network", vm: nic.vm });
  if (stuck === undefined) {
    simulation.timeline.schedule(nic.updatingUntil, () => {
      if (failure === undefined) {
        succeed(simulation, operation.id);
      } else {
        fail(simulation, operation.id, failure.code, failure.message);
      }
    });
  }
  return operationHeaders(simulation, operation);
}

function replace(simulation: Simulation, nic: NicState, body: NicBody): void {
  const { properties } = body;
  const { world } = simulation;
  const configurations = properties.ipConfigurations.map((entry, index) =>
    readConfiguration(world, nic, { entry, isFirst: index === 0 }),
  );
  const groupId = properties.networkSecurityGroup?.id;
  const group = groupId === undefined ? null : knownGroup(world, groupId);
  nic.configurations = configurations;
  nic.tags = body.tags ?? {};
  nic.ipForwarding = properties.enableIPForwarding;
  nic.securityGroup = group;
  nic.extra = without(properties, READ_ONLY);
  nic.etag = simulation.random.guid();
  nic.updatingUntil = simulation.now().getTime() + simulation.latency.nicWriteMs();
}

function readConfiguration(
  world: World,
  nic: NicState,
  part: {
    readonly entry: NicBody["properties"]["ipConfigurations"][number];
    readonly isFirst: boolean;
  },
): NicConfiguration {
  const { name, properties } = part.entry;
  const subnet = knownSubnet(world, properties.subnet.id);
  const earlier = nic.configurations.find((entry) => entry.name === name);
  const allocation = properties.privateIPAllocationMethod;
  // Azure ignores the address of a Dynamic configuration and keeps the one that it has.
  const wanted = allocation === "Static" ? properties.privateIPAddress : earlier?.address;
  const address = wanted ?? freeAddress(world, subnet.name);
  if (address === null) {
    throw new ArmError(400, "SubnetIsFull", `Subnet ${subnet.name} has no free address.`);
  }
  if (properties.privateIPAddressVersion === "IPv4") {
    checkAddress(world, nic, { address, subnet });
  }
  return {
    name,
    address,
    allocation,
    primary: properties.primary ?? part.isFirst,
    version: properties.privateIPAddressVersion,
    subnet: subnet.name,
    publicIp:
      properties.publicIPAddress === undefined ? null : lastPart(properties.publicIPAddress.id),
    extra: without(properties, CONFIGURATION_FIELDS),
  };
}

function checkAddress(
  world: World,
  nic: NicState,
  wanted: { readonly address: string; readonly subnet: World["network"]["subnets"][number] },
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

function knownSubnet(world: World, id: string): World["network"]["subnets"][number] {
  const subnet = world.network.subnets.find(
    (entry) => entry.name.toLowerCase() === lastPart(id).toLowerCase(),
  );
  if (subnet === undefined) {
    throw new ArmError(
      400,
      "InvalidResourceReference",
      `Resource ${id} referenced by the network interface was not found.`,
    );
  }
  return subnet;
}

function knownGroup(world: World, id: string): string {
  const group = world.securityGroups.get(lastPart(id).toLowerCase());
  if (group === undefined) {
    throw new ArmError(
      400,
      "InvalidResourceReference",
      `Resource ${id} referenced by the network interface was not found.`,
    );
  }
  return group.name;
}

function announce(simulation: Simulation, nic: NicState, caller: Identity): void {
  simulation.publish({
    kind: "Write",
    resourceId: resourceId(simulation.world, "Microsoft.Network/networkInterfaces", nic.name),
    resourceType: "Microsoft.Network/networkInterfaces",
    action: "Microsoft.Network/networkInterfaces/write",
    method: "PUT",
    caller,
  });
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
