import type { ArmRoute } from "../arm-call.ts";
import { operationResult, operationStatus } from "../operations.ts";
import type { Simulation } from "../simulation.ts";
import { SUBSCRIPTION } from "./paths.ts";

/** What is answered about operations in progress. */
export const OPERATION_ROUTES: readonly ArmRoute[] = [
  "microsoft.compute",
  "microsoft.network",
].flatMap((provider): ArmRoute[] => [
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
]);

function vmOfOperation(simulation: Simulation, name: string): string | null {
  return simulation.operations.get(name)?.vm ?? null;
}

function scriptOfOperation(simulation: Simulation, name: string): string | null {
  return simulation.operations.get(name)?.script ?? null;
}
