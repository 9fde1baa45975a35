import type { ArmCall, ArmRoute } from "./arm-call.ts";
import { notFound } from "./arm-error.ts";
import { startNicWrite } from "./nic-write.ts";
import { operationResult, operationStatus } from "./operations.ts";
import type { Reply } from "./reply.ts";
import { renderDisk } from "./resources/disks.ts";
import { etagText, renderNic, renderSubnet } from "./resources/network-interfaces.ts";
import { renderPublicIp, renderSecurityGroup } from "./resources/network-parts.ts";
import {
  deleteSnapshot,
  findSnapshot,
  patchSnapshot,
  putSnapshot,
  renderSnapshot,
  sourceDisk,
} from "./resources/snapshots.ts";
import { changePower, renderInstanceView, renderVm } from "./resources/virtual-machines.ts";
import { scriptNameOf, startRunCommand } from "./run-command.ts";
import type { Simulation } from "./simulation.ts";
import type { NicState, VmState } from "./world.ts";

const SUBSCRIPTION = "/subscriptions/:subscription";
const GROUP = `${SUBSCRIPTION}/resourcegroups/:group`;
const VMS = `${GROUP}/providers/microsoft.compute/virtualmachines`;
const SNAPSHOTS = `${GROUP}/providers/microsoft.compute/snapshots`;
const NETWORK = `${GROUP}/providers/microsoft.network`;

const vmRoutes: readonly ArmRoute[] = [
  {
    operation: "vm.get",
    method: "GET",
    path: `${VMS}/:name`,
    vm: itself,
    handle: (call) =>
      ok(renderVm(call.simulation, findVm(call), expands(call.query, "instanceView"))),
  },
  {
    operation: "vm.instanceView",
    method: "GET",
    path: `${VMS}/:name/instanceview`,
    vm: itself,
    handle: (call) => ok(renderInstanceView(call.simulation, findVm(call))),
  },
  { operation: "vm.list", method: "GET", path: VMS, handle: listVms },
  {
    operation: "vm.list",
    method: "GET",
    path: `${SUBSCRIPTION}/providers/microsoft.compute/virtualmachines`,
    handle: listVms,
  },
  {
    operation: "runCommand.post",
    method: "POST",
    path: `${VMS}/:name/runcommand`,
    vm: itself,
    script: (_simulation, _name, body) => scriptNameOf(body),
    handle: (call) => startRunCommand(call.simulation, findVm(call), call.body, call.faults),
  },
  ...(["start", "restart", "deallocate"] as const).map((action): ArmRoute => ({
    operation: `vm.${action}`,
    method: "POST",
    path: `${VMS}/:name/${action}`,
    vm: itself,
    handle: (call) => changePower(call.simulation, findVm(call), action),
  })),
];

const networkRoutes: readonly ArmRoute[] = [
  {
    operation: "nic.get",
    method: "GET",
    path: `${NETWORK}/networkinterfaces/:name`,
    vm: vmOfNic,
    handle: (call) => nicReply(call, findNic(call)),
  },
  {
    operation: "nic.put",
    method: "PUT",
    path: `${NETWORK}/networkinterfaces/:name`,
    vm: vmOfNic,
    handle: putNic,
  },
  {
    operation: "nic.list",
    method: "GET",
    path: `${NETWORK}/networkinterfaces`,
    handle: listNics,
  },
  {
    operation: "nic.list",
    method: "GET",
    path: `${SUBSCRIPTION}/providers/microsoft.network/networkinterfaces`,
    handle: listNics,
  },
  {
    operation: "subnet.get",
    method: "GET",
    path: `${NETWORK}/virtualnetworks/:network/subnets/:name`,
    handle: (call) =>
      found(
        call,
        "Microsoft.Network/virtualNetworks/subnets",
        renderSubnet(call.simulation.world, call.name),
      ),
  },
  {
    operation: "nsg.get",
    method: "GET",
    path: `${NETWORK}/networksecuritygroups/:name`,
    handle: (call) =>
      found(
        call,
        "Microsoft.Network/networkSecurityGroups",
        renderSecurityGroup(call.simulation.world, call.name),
      ),
  },
  {
    operation: "publicIp.get",
    method: "GET",
    path: `${NETWORK}/publicipaddresses/:name`,
    handle: (call) =>
      found(
        call,
        "Microsoft.Network/publicIPAddresses",
        renderPublicIp(call.simulation.world, call.name),
      ),
  },
];

const snapshotRoutes: readonly ArmRoute[] = [
  {
    operation: "disk.get",
    method: "GET",
    path: `${GROUP}/providers/microsoft.compute/disks/:name`,
    vm: (simulation, name) => simulation.world.disks.get(name.toLowerCase())?.vm ?? null,
    handle: (call) =>
      found(call, "Microsoft.Compute/disks", renderDisk(call.simulation.world, call.name)),
  },
  {
    operation: "snapshot.put",
    method: "PUT",
    path: `${SNAPSHOTS}/:name`,
    vm: (simulation, _name, body) => sourceDisk(simulation.world, body)?.vm ?? null,
    handle: (call) => putSnapshot(call.simulation, call.name, call.body, call.faults),
  },
  {
    operation: "snapshot.get",
    method: "GET",
    path: `${SNAPSHOTS}/:name`,
    vm: vmOfSnapshot,
    handle: (call) =>
      ok(renderSnapshot(call.simulation, findSnapshot(call.simulation.world, call.name))),
  },
  { operation: "snapshot.list", method: "GET", path: SNAPSHOTS, handle: listSnapshots },
  {
    operation: "snapshot.list",
    method: "GET",
    path: `${SUBSCRIPTION}/providers/microsoft.compute/snapshots`,
    handle: listSnapshots,
  },
  {
    operation: "snapshot.patch",
    method: "PATCH",
    path: `${SNAPSHOTS}/:name`,
    vm: vmOfSnapshot,
    handle: (call) => patchSnapshot(call.simulation, call.name, call.body),
  },
  {
    operation: "snapshot.delete",
    method: "DELETE",
    path: `${SNAPSHOTS}/:name`,
    vm: vmOfSnapshot,
    handle: (call) => deleteSnapshot(call.simulation, call.name),
  },
];

const operationRoutes: readonly ArmRoute[] = ["microsoft.compute", "microsoft.network"].flatMap(
  (provider): ArmRoute[] => [
    {
      operation: "operation.get",
      method: "GET",
      path: `${SUBSCRIPTION}/providers/${provider}/locations/:location/operations/:name`,
      vm: vmOfOperation,
      script: scriptOfOperation,
      handle: (call) => operationStatus(call.simulation, call.name),
    },
    {
      operation: "operation.get",
      method: "GET",
      path: `${SUBSCRIPTION}/providers/${provider}/locations/:location/operationresults/:name`,
      vm: vmOfOperation,
      script: scriptOfOperation,
      handle: (call) => operationResult(call.simulation, call.name),
    },
  ],
);

/** Every request that simulated Resource Manager answers. */
export const ARM_ROUTES: readonly ArmRoute[] = [
  ...vmRoutes,
  ...networkRoutes,
  ...snapshotRoutes,
  ...operationRoutes,
  { operation: "group.get", method: "GET", path: GROUP, handle: getGroup },
];

function ok(body: unknown): Reply {
  return { status: 200, body };
}

function found(call: ArmCall, type: string, body: unknown): Reply {
  if (body === null) {
    throw notFound(type, call.name, call.simulation.world.resourceGroup);
  }
  return ok(body);
}

function itself(simulation: Simulation, name: string): string {
  return simulation.world.vms.get(name.toLowerCase())?.name ?? name;
}

function vmOfNic(simulation: Simulation, name: string): string | null {
  return simulation.world.nics.get(name.toLowerCase())?.vm ?? null;
}

function vmOfSnapshot(simulation: Simulation, name: string): string | null {
  return simulation.world.snapshots.get(name.toLowerCase())?.vm ?? null;
}

function vmOfOperation(simulation: Simulation, name: string): string | null {
  return simulation.operations.get(name)?.vm ?? null;
}

function scriptOfOperation(simulation: Simulation, name: string): string | null {
  return simulation.operations.get(name)?.script ?? null;
}

function findVm(call: ArmCall): VmState {
  const { world } = call.simulation;
  const vm = world.vms.get(call.name.toLowerCase());
  if (vm === undefined) {
    throw notFound("Microsoft.Compute/virtualMachines", call.name, world.resourceGroup);
  }
  return vm;
}

function findNic(call: ArmCall): NicState {
  const { world } = call.simulation;
  const nic = world.nics.get(call.name.toLowerCase());
  if (nic === undefined) {
    throw notFound("Microsoft.Network/networkInterfaces", call.name, world.resourceGroup);
  }
  return nic;
}

function expands(query: URLSearchParams, what: string): boolean {
  return (query.get("$expand") ?? "").toLowerCase().includes(what.toLowerCase());
}

function listVms(call: ArmCall): Reply {
  const { simulation } = call;
  return ok({
    value: [...simulation.world.vms.values()].map((vm) => renderVm(simulation, vm, false)),
  });
}

function listNics(call: ArmCall): Reply {
  const { world } = call.simulation;
  const now = call.simulation.now().getTime();
  return ok({ value: [...world.nics.values()].map((nic) => renderNic(world, nic, now)) });
}

function listSnapshots(call: ArmCall): Reply {
  const { simulation } = call;
  const snapshots = [...simulation.world.snapshots.values()];
  return ok({ value: snapshots.map((snapshot) => renderSnapshot(simulation, snapshot)) });
}

function nicReply(call: ArmCall, nic: NicState): Reply {
  const { simulation } = call;
  return {
    status: 200,
    body: renderNic(simulation.world, nic, simulation.now().getTime()),
    headers: { ETag: etagText(nic) },
  };
}

function putNic(call: ArmCall): Reply {
  const { simulation, body, ifMatch, caller, faults } = call;
  const nic = findNic(call);
  const headers = startNicWrite(simulation, nic, { body, ifMatch, by: "request", caller }, faults);
  const reply = nicReply(call, nic);
  return { ...reply, headers: { ...reply.headers, ...headers } };
}

function getGroup(call: ArmCall): Reply {
  const { world } = call.simulation;
  return ok({
    id: `/subscriptions/${world.subscriptionId}/resourceGroups/${world.resourceGroup}`,
    name: world.resourceGroup,
    type: "Microsoft.Resources/resourceGroups",
    location: world.location,
    properties: { provisioningState: "Succeeded" },
  });
}
