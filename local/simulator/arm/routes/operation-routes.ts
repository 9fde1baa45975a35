import type { Simulation } from "../../simulation.ts";
import type { ArmRoute } from "../arm-call.ts";
import { operationResult, operationStatus } from "../operations.ts";
import { SUBSCRIPTION } from "./paths.ts";

/**
 * What is answered about operations in progress. Source of the rights: "Track asynchronous Azure operations", permission
 * for tracking; which right the second address needs is unconfirmed.
 */
export const OPERATION_ROUTES: readonly ArmRoute[] = [
  {
    operation: "operation.get",
    action: "Microsoft.Compute/locations/diskOperations/read",
    method: "GET",
    path: `${SUBSCRIPTION}/providers/microsoft.compute/locations/:location/diskoperations/:name`,
    vm: vmOfOperation,
    handle: ({ simulation, name, query }) =>
      query.get("monitor") === "true"
        ? operationResult(simulation, name)
        : operationStatus(simulation, name),
  },
  ...["Microsoft.Compute", "Microsoft.Network"].flatMap((provider) => routesOf(provider)),
];

function routesOf(provider: string): readonly ArmRoute[] {
  return [
    {
      operation: "operation.get",
      action: `${provider}/locations/operations/read`,
      method: "GET",
      path: `${SUBSCRIPTION}/providers/${provider.toLowerCase()}/locations/:location/operations/:name`,
      vm: vmOfOperation,
      script: scriptOfOperation,
      handle: (call) => operationStatus(call.simulation, call.name),
    },
    {
      operation: "operation.get",
      // In Azure both addresses of Compute's operations are the same path, and so need the same right.
      action: `${provider}/locations/${provider === "Microsoft.Compute" ? "operations" : "operationResults"}/read`,
      method: "GET",
      path: `${SUBSCRIPTION}/providers/${provider.toLowerCase()}/locations/:location/operationresults/:name`,
      vm: vmOfOperation,
      script: scriptOfOperation,
      handle: (call) => operationResult(call.simulation, call.name),
    },
  ];
}

function vmOfOperation(simulation: Simulation, name: string): string | null {
  return simulation.operations.get(name)?.vm ?? null;
}

function scriptOfOperation(simulation: Simulation, name: string): string | null {
  return simulation.operations.get(name)?.script ?? null;
}
