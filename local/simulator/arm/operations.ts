import type { OperationState, Simulation } from "../simulation.ts";
import { ArmError } from "./arm-error.ts";
import type { Reply } from "./reply.ts";

/** Opens an operation which runs until it is ended. */
export function openOperation(
  simulation: Simulation,
  about: Pick<OperationState, "provider" | "vm"> &
    Partial<Pick<OperationState, "script" | "ofDisk">>,
): OperationState {
  const operation: OperationState = {
    id: simulation.random.guid(),
    subscriptionId: simulation.world.subscriptionId,
    provider: about.provider,
    ofDisk: about.ofDisk ?? false,
    vm: about.vm,
    script: about.script ?? null,
    startedAt: simulation.now().toISOString(),
    status: "InProgress",
    endedAt: null,
    result: null,
    error: null,
  };
  simulation.operations.set(operation.id, operation);
  return operation;
}

/** Ends an operation well. */
export function succeed(simulation: Simulation, id: string, result: unknown = null): void {
  end(simulation, id, { status: "Succeeded", result });
}

/** Ends an operation badly. */
export function fail(simulation: Simulation, id: string, code: string, message: string): void {
  end(simulation, id, { status: "Failed", error: { code, message } });
}

function end(simulation: Simulation, id: string, change: Partial<OperationState>): void {
  const operation = simulation.operations.get(id);
  if (operation !== undefined) {
    Object.assign(operation, change, { endedAt: simulation.now().toISOString() });
    operation.onEnd?.(change.status === "Failed" ? "Failed" : "Succeeded");
  }
}

/**
 * The headers of an answer that starts an operation: where its state and where its result can be read, and when. Source of
 * the paths for disks: "Snapshots - Create Or Update" of Compute's REST reference.
 */
export function operationHeaders(
  simulation: Simulation,
  operation: OperationState,
): Record<string, string> {
  const { world } = simulation;
  const base = `${simulation.endpoint()}/subscriptions/${world.subscriptionId}/providers/${operation.provider}/locations/${world.location}`;
  const { id, ofDisk } = operation;
  return {
    "Azure-AsyncOperation": `${base}/${ofDisk ? "DiskOperations" : "operations"}/${id}?api-version=2024-07-01`,
    Location: ofDisk
      ? `${base}/DiskOperations/${id}?monitor=true&api-version=2024-07-01`
      : `${base}/operationResults/${id}?api-version=2024-07-01`,
    "Retry-After": String(simulation.latency.retryAfterSeconds),
  };
}

/** Answers how an operation stands. */
export function operationStatus(simulation: Simulation, id: string): Reply {
  const operation = findOperation(simulation, id);
  const body = {
    name: operation.id,
    startTime: operation.startedAt,
    ...(operation.endedAt === null ? {} : { endTime: operation.endedAt }),
    status: operation.status,
    ...(operation.result === null ? {} : { properties: { output: operation.result } }),
    ...(operation.error === null ? {} : { error: operation.error }),
  };
  const isRunning = operation.status === "InProgress";
  return { status: 200, body, headers: isRunning ? operationHeaders(simulation, operation) : {} };
}

/** Answers with the result of an operation: 202 while it runs, its error once it failed. */
export function operationResult(simulation: Simulation, id: string): Reply {
  const operation = findOperation(simulation, id);
  if (operation.status === "InProgress") {
    return { status: 202, headers: operationHeaders(simulation, operation) };
  }
  if (operation.error !== null) {
    throw new ArmError(409, operation.error.code, operation.error.message);
  }
  return operation.result === null ? { status: 204 } : { status: 200, body: operation.result };
}

function findOperation(simulation: Simulation, id: string): OperationState {
  const operation = simulation.operations.get(id.toLowerCase());
  if (operation?.subscriptionId !== simulation.world.subscriptionId) {
    throw new ArmError(404, "OperationNotFound", `The operation '${id}' was not found.`);
  }
  return operation;
}
