import type { ArmCall, ArmRoute } from "../arm-call.ts";
import {
  deleteManaged,
  findManaged,
  managedScriptName,
  putManaged,
  renderManaged,
} from "../managed-command.ts";
import { pageOf } from "../paging.ts";
import type { Reply } from "../reply.ts";
import { ok } from "./answers.ts";
import { GROUP } from "./paths.ts";
import { findVm, itself } from "./vm-routes.ts";

const COMMANDS = `${GROUP}/providers/microsoft.compute/virtualmachines/:name/runcommands`;

/** The documentation writes `runCommand/write` of the one that makes them; these spellings are unconfirmed. */
const RIGHTS = "Microsoft.Compute/virtualMachines/runCommands";

/** What is answered about managed Run Commands. */
export const MANAGED_COMMAND_ROUTES: readonly ArmRoute[] = [
  {
    operation: "managedCommand.list",
    action: `${RIGHTS}/read`,
    method: "GET",
    path: COMMANDS,
    vm: itself,
    handle: list,
  },
  {
    operation: "managedCommand.get",
    action: `${RIGHTS}/read`,
    method: "GET",
    path: `${COMMANDS}/:command`,
    vm: itself,
    handle: get,
  },
  {
    operation: "managedCommand.put",
    action: `${RIGHTS}/write`,
    method: "PUT",
    path: `${COMMANDS}/:command`,
    vm: itself,
    script: (_simulation, _name, body) => managedScriptName(body),
    handle: put,
  },
  {
    operation: "managedCommand.delete",
    action: `${RIGHTS}/delete`,
    method: "DELETE",
    path: `${COMMANDS}/:command`,
    vm: itself,
    handle: (call) => deleteManaged(call.simulation, findVm(call), commandName(call)),
  },
];

/** The path's last part; the resource that `call.name` names is the VM. */
function commandName({ path }: ArmCall): string {
  return decodeURIComponent(path.split("/").at(-1) ?? "");
}

function list(call: ArmCall): Reply {
  const vm = findVm(call);
  return pageOf(call, [...vm.managed.values()], (command) =>
    renderManaged(call.simulation, vm, command, expands(call)),
  );
}

function get(call: ArmCall): Reply {
  const vm = findVm(call);
  const command = findManaged(call.simulation, vm, commandName(call));
  return ok(renderManaged(call.simulation, vm, command, expands(call)));
}

function put(call: ArmCall): Reply {
  const { simulation, body, faults } = call;
  return putManaged(simulation, findVm(call), { name: commandName(call), body, faults });
}

function expands({ query }: ArmCall): boolean {
  return (query.get("$expand") ?? "").toLowerCase() === "instanceview";
}
