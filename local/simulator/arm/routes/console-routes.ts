import { consoleAddress } from "../../console/console-server.ts";
import type { ArmCall, ArmRoute } from "../arm-call.ts";
import { ArmError } from "../arm-error.ts";
import type { Reply } from "../reply.ts";
import { ok } from "./answers.ts";
import { GROUP, SUBSCRIPTION } from "./paths.ts";
import { findVm, itself } from "./vm-routes.ts";

/** What is answered about the serial console. */
export const CONSOLE_ROUTES: readonly ArmRoute[] = [
  {
    operation: "console.get",
    action: "Microsoft.SerialConsole/consoleServices/read",
    method: "GET",
    path: `${SUBSCRIPTION}/providers/microsoft.serialconsole/consoleservices/:name`,
    handle: ({ simulation }) =>
      ok({ properties: { disabled: simulation.world.serialConsoleDisabled } }),
  },
  {
    operation: "console.connect",
    action: "Microsoft.SerialConsole/serialPorts/connect/action",
    method: "POST",
    path: `${GROUP}/providers/microsoft.compute/virtualmachines/:name/providers/microsoft.serialconsole/serialports/0/connect`,
    vm: itself,
    handle: connect,
  },
];

/** Azure's codes and texts of these refusals are unconfirmed. */
function connect(call: ArmCall): Reply {
  const vm = findVm(call);
  if (call.simulation.world.serialConsoleDisabled) {
    throw new ArmError(
      403,
      "SerialConsoleDisabled",
      "The serial console is disabled for this subscription.",
    );
  }
  if (!vm.bootDiagnostics) {
    throw new ArmError(
      409,
      "BootDiagnosticsDisabled",
      `Boot diagnostics are not enabled for ${vm.name}.`,
    );
  }
  if (vm.power !== "running") {
    throw new ArmError(409, "OperationNotAllowed", `${vm.name} is not running.`);
  }
  return ok({ connectionString: consoleAddress(call.simulation, vm) });
}
