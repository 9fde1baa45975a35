import ipaddr from "ipaddr.js";
import { z } from "zod";

import { prefixHolding } from "../../../../shared/domain/addresses.ts";
import { ofKind } from "../../faults/faults.ts";
import { DEFAULT_RULES, judgeFlow, PROXY_ADDRESS } from "../../network/security-rules.ts";
import type { FlowEnd, FlowVerdict } from "../../network/security-rules.ts";
import { nicsOf, resourceId } from "../../world/world.ts";
import type { NicState, VmState, World } from "../../world/world.ts";
import { WATCHER_GROUP } from "../arm-call.ts";
import type { ArmCall } from "../arm-call.ts";
import { ArmError, notFound } from "../arm-error.ts";
import { fail, openOperation, operationHeaders, succeed } from "../operations.ts";
import { pageOf } from "../paging.ts";
import { readBody } from "../read-body.ts";
import type { Reply } from "../reply.ts";

const WATCHER_TYPE = "Microsoft.Network/networkWatchers";
const VM_TYPE = "Microsoft.Compute/virtualMachines";

/** Load balancers probe from there. Source: "What is IP address 168.63.129.16". */
const AZURE_PROBES = "168.63.129.16";

/** Addresses of these ranges are on nobody's Internet. */
const UNROUTED = new Set(["private", "linkLocal", "loopback", "carrierGradeNat", "multicast"]);

const port = z.string().regex(/^(?:\*|\d{1,5})$/u, "must be a port or *");

const flowBody = z.looseObject({
  targetResourceId: z.string().min(1),
  targetNicResourceId: z.string().min(1).nullish(),
  direction: z.enum(["Inbound", "Outbound"]),
  protocol: z
    .string()
    .transform((text) => text.toUpperCase())
    .pipe(z.enum(["TCP", "UDP"])),
  localPort: port,
  remotePort: port,
  localIPAddress: z.ipv4(),
  remoteIPAddress: z.ipv4(),
});

type FlowBody = z.output<typeof flowBody>;

/** Lists the one watcher that Azure makes by itself where a virtual network is. */
export function listWatchers(call: ArmCall): Reply {
  const { world } = call.simulation;
  const isElsewhere = call.path.toLowerCase().includes("/resourcegroups/") && !isHome(call);
  return pageOf(call, isElsewhere ? [] : [world], renderWatcher);
}

/** @throws ArmError 404 for another watcher. */
export function getWatcher(call: ArmCall): Reply {
  requireWatcher(call, call.name);
  return { status: 200, body: renderWatcher(call.simulation.world) };
}

/** Name of the VM whose packet is asked about; null if the body names none. */
export function vmOfFlow(world: World, body: unknown): string | null {
  const parsed = flowBody.safeParse(body);
  return parsed.success ? (vmIn(world, parsed.data.targetResourceId)?.name ?? null) : null;
}

/**
 * Starts to verify an IP flow. Source: REST reference, "Network Watchers - Verify IP Flow".
 * @throws ArmError 400 for a body which is not understood, 404 for a watcher, a VM or a NIC which is not there.
 */
export function verifyIpFlow(call: ArmCall): Reply {
  const { simulation } = call;
  const { world } = simulation;
  requireWatcher(call, call.name);
  const body = readBody(flowBody, call.body);
  const vm = vmIn(world, body.targetResourceId);
  if (vm === undefined) {
    throw notFound(VM_TYPE, lastPart(body.targetResourceId), world.resourceGroup);
  }
  const verdict = judge(world, nicOf(world, vm, body), body);
  const operation = openOperation(simulation, { provider: "Microsoft.Network", vm: vm.name });
  if (ofKind(call.faults, "stuck") === undefined) {
    const endsAt = simulation.now().getTime() + simulation.latency.flowVerifyMs();
    const failure = ofKind(call.faults, "failOperation");
    simulation.timeline.schedule(endsAt, () => {
      if (failure === undefined) {
        succeed(simulation, operation.id, renderVerdict(verdict));
      } else {
        fail(simulation, operation.id, failure.code, failure.message);
      }
    });
  }
  return { status: 202, headers: operationHeaders(simulation, operation) };
}

function watcherName(world: World): string {
  return `NetworkWatcher_${world.location}`;
}

function isHome(call: ArmCall): boolean {
  return call.path.toLowerCase().includes(`/resourcegroups/${WATCHER_GROUP.toLowerCase()}/`);
}

function requireWatcher(call: ArmCall, name: string): void {
  const isThere = name.toLowerCase() === watcherName(call.simulation.world).toLowerCase();
  if (!isThere || !isHome(call)) {
    throw notFound(WATCHER_TYPE, name, call.path.split("/")[4] ?? "");
  }
}

function renderWatcher(world: World): unknown {
  const name = watcherName(world);
  return {
    id: `/subscriptions/${world.subscriptionId}/resourceGroups/${WATCHER_GROUP}/providers/${WATCHER_TYPE}/${name}`,
    name,
    type: WATCHER_TYPE,
    location: world.location,
    properties: { provisioningState: "Succeeded", runningOperationIds: [] },
  };
}

function vmIn(world: World, id: string): VmState | undefined {
  return [...world.vms.values()].find(
    (vm) => resourceId(world, VM_TYPE, vm.name).toLowerCase() === id.toLowerCase(),
  );
}

/** The NIC that is named, else the one with the local address, else the primary; Azure's own code for the refusal is unknown. */
function nicOf(world: World, vm: VmState, body: FlowBody): NicState {
  const nics = nicsOf(world, vm);
  const { targetNicResourceId: wanted, localIPAddress } = body;
  if (wanted !== null && wanted !== undefined) {
    const named = nics.find((nic) => nic.name.toLowerCase() === lastPart(wanted).toLowerCase());
    if (named === undefined) {
      throw notFound("Microsoft.Network/networkInterfaces", lastPart(wanted), world.resourceGroup);
    }
    return named;
  }
  if (nics.length > 1 && nics.some((nic) => nic.ipForwarding)) {
    throw new ArmError(
      400,
      "TargetNicResourceIdRequired",
      `${vm.name} has several NICs, one of them with IP forwarding: targetNicResourceId must be specified.`,
    );
  }
  const holder = nics.find((nic) =>
    nic.configurations.some(({ address }) => address === localIPAddress),
  );
  const nic = holder ?? nics[0];
  if (nic === undefined) {
    throw notFound("Microsoft.Network/networkInterfaces", vm.name, world.resourceGroup);
  }
  return nic;
}

function judge(world: World, nic: NicState, body: FlowBody): FlowVerdict {
  return judgeFlow(world, nic, {
    direction: body.direction,
    protocol: body.protocol === "TCP" ? "Tcp" : "Udp",
    local: endOf(world, body.localIPAddress, body.localPort),
    remote: endOf(world, body.remoteIPAddress, body.remotePort),
  });
}

function endOf(world: World, address: string, portText: string): FlowEnd {
  const number = portText === "*" ? null : Number(portText);
  return { address, tag: tagOf(world, address), port: number };
}

/** A private address of no network here has no tag: nothing says that a gateway leads there. */
function tagOf(world: World, address: string): FlowEnd["tag"] {
  const prefixes = world.network.subnets.flatMap((subnet) => subnet.prefixes);
  if (address === PROXY_ADDRESS || prefixHolding(address, prefixes) !== null) {
    return "VirtualNetwork";
  }
  if (address === AZURE_PROBES) {
    return "AzureLoadBalancer";
  }
  return UNROUTED.has(ipaddr.IPv4.parse(address).range()) ? null : "Internet";
}

function renderVerdict({ access, rule }: FlowVerdict): unknown {
  if (rule === null) {
    return { access };
  }
  const kind = DEFAULT_RULES.includes(rule) ? "defaultSecurityRules" : "securityRules";
  return { access, ruleName: `${kind}/${rule.name}` };
}

function lastPart(id: string): string {
  return id.split("/").at(-1) ?? id;
}
