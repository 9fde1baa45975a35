import type { Simulation } from "../../simulation.ts";
import type { VmState } from "../../world/world.ts";
import type { ArmCall, ArmRoute } from "../arm-call.ts";
import { notFound } from "../arm-error.ts";
import { pageOf } from "../paging.ts";
import type { Reply } from "../reply.ts";
import { readHealth } from "../resources/resource-health.ts";
import {
  changePower,
  renderInstanceView,
  renderVm,
  renderVmStatus,
} from "../resources/virtual-machines.ts";
import { scriptNameOf, startRunCommand } from "../run-command.ts";
import { ok } from "./answers.ts";
import { GROUP, SUBSCRIPTION } from "./paths.ts";

const VMS = `${GROUP}/providers/microsoft.compute/virtualmachines`;

/** What is answered about VMs. */
export const VM_ROUTES: readonly ArmRoute[] = [
  {
    operation: "vm.get",
    action: "Microsoft.Compute/virtualMachines/read",
    method: "GET",
    path: `${VMS}/:name`,
    vm: itself,
    handle: (call) =>
      ok(renderVm(call.simulation, findVm(call), expands(call.query, "instanceView"))),
  },
  {
    operation: "vm.instanceView",
    action: "Microsoft.Compute/virtualMachines/instanceView/read",
    method: "GET",
    path: `${VMS}/:name/instanceview`,
    vm: itself,
    handle: (call) => ok(renderInstanceView(call.simulation, findVm(call))),
  },
  {
    operation: "vm.list",
    action: "Microsoft.Compute/virtualMachines/read",
    method: "GET",
    path: VMS,
    handle: listVms,
  },
  {
    operation: "vm.list",
    action: "Microsoft.Compute/virtualMachines/read",
    method: "GET",
    path: `${SUBSCRIPTION}/providers/microsoft.compute/virtualmachines`,
    handle: listAllVms,
  },
  {
    operation: "runCommand.post",
    action: "Microsoft.Compute/virtualMachines/runCommand/action",
    method: "POST",
    path: `${VMS}/:name/runcommand`,
    vm: itself,
    script: (_simulation, _name, body) => scriptNameOf(body),
    handle: (call) => startRunCommand(call.simulation, findVm(call), call.body, call.faults),
  },
  {
    operation: "health.get",
    action: "Microsoft.ResourceHealth/availabilityStatuses/read",
    method: "GET",
    path: `${VMS}/:name/providers/microsoft.resourcehealth/availabilitystatuses/current`,
    vm: itself,
    handle: (call) => readHealth(call.simulation, findVm(call)),
  },
  ...(["start", "restart", "deallocate"] as const).map((action): ArmRoute => ({
    operation: `vm.${action}`,
    action: `Microsoft.Compute/virtualMachines/${action}/action`,
    method: "POST",
    path: `${VMS}/:name/${action}`,
    vm: itself,
    handle: (call) => changePower(call.simulation, findVm(call), action),
  })),
];

/** The VM that a request about it names. */
export function itself(simulation: Simulation, name: string): string {
  return simulation.world.vms.get(name.toLowerCase())?.name ?? name;
}

/** The VM of a request. @throws ArmError 404 */
export function findVm(call: ArmCall): VmState {
  const { world } = call.simulation;
  const vm = world.vms.get(call.name.toLowerCase());
  if (vm === undefined) {
    throw notFound("Microsoft.Compute/virtualMachines", call.name, world.resourceGroup);
  }
  return vm;
}

function expands(query: URLSearchParams, what: string): boolean {
  return (query.get("$expand") ?? "").toLowerCase().includes(what.toLowerCase());
}

/** Only the list of a whole subscription can be asked for states instead of models. */
function listAllVms(call: ArmCall): Reply {
  const { simulation, query } = call;
  const wanted = [...query].find(([key]) => key.toLowerCase() === "statusonly")?.[1] ?? "";
  return wanted.toLowerCase() === "true"
    ? pageOf(call, [...simulation.world.vms.values()], (vm) => renderVmStatus(simulation.world, vm))
    : listVms(call);
}

function listVms(call: ArmCall): Reply {
  const { simulation } = call;
  return pageOf(call, [...simulation.world.vms.values()], (vm) => renderVm(simulation, vm, false));
}
