import { z } from "zod";

import { runScript } from "../guest/run.ts";
import { agentReady, guestWorld } from "../network/fabric.ts";
import type { Fault } from "../scenario/fault-schema.ts";
import type { Simulation } from "../simulation.ts";
import { setGuest } from "../world/guests.ts";
import { resourceId, type ManagedCommandState, type VmState } from "../world/world.ts";
import { ArmError, notFound } from "./arm-error.ts";
import { fail, openOperation, operationHeaders, succeed } from "./operations.ts";
import type { Reply } from "./reply.ts";
import { lastBytes, scriptNameIn, trouble } from "./run-command.ts";

/** Source: "Run scripts in your VM by using managed Run Commands". */
const MOST_PER_VM = 25;
const DEFAULT_TIMEOUT_SECONDS = 90 * 60;
const TYPE = "Microsoft.Compute/virtualMachines/runCommands";

const input = z.looseObject({
  location: z.string().min(1),
  tags: z.record(z.string(), z.string().max(256)).default({}),
  properties: z.looseObject({
    source: z.looseObject({ script: z.string().min(1) }),
    asyncExecution: z.boolean().default(false),
    timeoutInSeconds: z.number().int().min(1).default(DEFAULT_TIMEOUT_SECONDS),
  }),
});

/** The name in the first line of one of the program's own scripts. */
export function managedScriptName(body: unknown): string | null {
  const parsed = input.safeParse(body);
  return parsed.success ? scriptNameIn(parsed.data.properties.source.script) : null;
}

/** A managed Run Command as Resource Manager shows it. */
export function renderManaged(
  simulation: Simulation,
  vm: VmState,
  command: ManagedCommandState,
  expand: boolean,
): unknown {
  return {
    id: `${resourceId(simulation.world, "Microsoft.Compute/virtualMachines", vm.name)}/runCommands/${command.name}`,
    name: command.name,
    type: TYPE,
    location: command.location,
    tags: command.tags,
    properties: {
      source: { script: command.script },
      asyncExecution: command.asyncExecution,
      timeoutInSeconds: command.timeoutSeconds,
      provisioningState: command.provisioning,
      ...(expand ? { instanceView: instanceViewOf(command) } : {}),
    },
  };
}

function instanceViewOf(command: ManagedCommandState): unknown {
  const { state, message, output, startedAt, endedAt } = command;
  return {
    executionState: state,
    executionMessage: message,
    exitCode: state === "Failed" ? 1 : 0,
    output: lastBytes(output.stdout, command.outputBytes),
    error: lastBytes(output.stderr, command.outputBytes),
    ...(startedAt === null ? {} : { startTime: new Date(startedAt).toISOString() }),
    ...(endedAt === null ? {} : { endTime: new Date(endedAt).toISOString() }),
  };
}

/** The managed Run Command of that name. @throws ArmError 404 */
export function findManaged(
  simulation: Simulation,
  vm: VmState,
  name: string,
): ManagedCommandState {
  const command = vm.managed.get(name.toLowerCase());
  if (command === undefined) {
    throw notFound(TYPE, `${vm.name}/${name}`, simulation.world.resourceGroup);
  }
  return command;
}

/** Makes a managed Run Command, or makes one anew, which runs it again (unconfirmed). */
export function putManaged(
  simulation: Simulation,
  vm: VmState,
  { name, body, faults }: { name: string; body: unknown; faults: readonly Fault[] },
): Reply {
  const parsed = input.safeParse(body);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.join(".") ?? "";
    throw new ArmError(400, "InvalidParameter", `The value of parameter ${path} is invalid.`);
  }
  const known = vm.managed.get(name.toLowerCase());
  requirePlace(vm, known === undefined);
  const operation = openOperation(simulation, { provider: "Microsoft.Compute", vm: vm.name });
  const command = makeManaged(simulation, {
    name,
    body: parsed.data,
    faults,
    operationId: operation.id,
  });
  vm.managed.set(name.toLowerCase(), command);
  const reply = renderManaged(simulation, vm, command, false);
  simulation.timeline.schedule(simulation.now().getTime() + simulation.commandDeliveryMs, () => {
    giveUp(simulation, vm, command);
  });
  pushManaged(simulation, vm);
  return {
    status: known === undefined ? 201 : 200,
    body: reply,
    headers: operationHeaders(simulation, operation),
  };
}

/** @throws ArmError 409 for a VM that does not run, or has too many of them already. */
function requirePlace(vm: VmState, isNew: boolean): void {
  if (vm.power !== "running") {
    throw new ArmError(
      409,
      "OperationNotAllowed",
      "Cannot modify extensions in the VM when the VM is not running.",
    );
  }
  if (isNew && vm.managed.size >= MOST_PER_VM) {
    throw new ArmError(
      409,
      "OperationNotAllowed",
      `The number of Run Commands of the VM exceeds the maximum of ${MOST_PER_VM}.`,
    );
  }
}

/** Deletes a managed Run Command; a script that runs is ended, and what it did not do is not done. */
export function deleteManaged(simulation: Simulation, vm: VmState, name: string): Reply {
  const command = vm.managed.get(name.toLowerCase());
  if (command === undefined) {
    return { status: 204 };
  }
  vm.managed.delete(name.toLowerCase());
  if (command.phase !== "ended") {
    end(simulation, command, { state: "Canceled", message: "The Run Command was deleted." });
  }
  const operation = openOperation(simulation, { provider: "Microsoft.Compute", vm: vm.name });
  succeed(simulation, operation.id);
  return { status: 202, headers: operationHeaders(simulation, operation) };
}

/** Lets the VM's managed Run Commands begin for which its agent was waited; they do not wait for each other. */
export function pushManaged(simulation: Simulation, vm: VmState): void {
  if (!agentReady(simulation.world, vm, simulation.now().getTime())) {
    return;
  }
  for (const command of vm.managed.values()) {
    if (command.phase === "pending" && command.stuck !== "before") {
      begin(simulation, vm, command);
    }
  }
}

/** The VM stops: scripts that run there end with it. */
export function interruptManaged(simulation: Simulation, vm: VmState): void {
  for (const command of vm.managed.values()) {
    if (command.phase === "running") {
      end(simulation, command, { state: "Failed", message: "The VM was stopped or restarted." });
    }
  }
}

interface ManagedPlan {
  readonly name: string;
  readonly body: z.output<typeof input>;
  readonly faults: readonly Fault[];
  readonly operationId: string;
}

function makeManaged(
  simulation: Simulation,
  { name, body, faults, operationId }: ManagedPlan,
): ManagedCommandState {
  const { source, asyncExecution, timeoutInSeconds } = body.properties;
  return {
    ...trouble(faults),
    name,
    operationId,
    script: source.script,
    location: body.location,
    tags: body.tags,
    asyncExecution,
    timeoutSeconds: timeoutInSeconds,
    createdAt: simulation.now().getTime(),
    provisioning: "Creating",
    phase: "pending",
    state: "Pending",
    message: "",
    output: { stdout: "", stderr: "" },
    startedAt: null,
    endedAt: null,
  };
}

function begin(simulation: Simulation, vm: VmState, command: ManagedCommandState): void {
  const at = simulation.now().getTime();
  command.phase = "running";
  command.state = "Running";
  command.startedAt = at;
  if (command.asyncExecution) {
    provision(simulation, command);
  }
  const timeoutMs = command.timeoutSeconds * 1000;
  const duration =
    command.stuck === null
      ? simulation.latency.commandMs(secondsOf(simulation, vm, command)) + command.extraMs
      : Infinity;
  simulation.timeline.schedule(at + Math.min(duration, timeoutMs), () => {
    if (command.phase !== "running") {
      return;
    }
    if (duration > timeoutMs) {
      end(simulation, command, { state: "TimedOut", message: "The script timed out." });
    } else {
      execute(simulation, vm, command);
    }
  });
}

/** The guest is data, so a first run tells how long the real one takes. */
function secondsOf(simulation: Simulation, vm: VmState, command: ManagedCommandState): number {
  const at = simulation.now().getTime();
  return vm.guest === null
    ? 0
    : runScript(
        vm.guest,
        command.script,
        guestWorld(simulation.world, vm, at, command.guestTrouble),
      ).seconds;
}

function execute(simulation: Simulation, vm: VmState, command: ManagedCommandState): void {
  const { failure } = command;
  if (failure?.when !== "before" && vm.guest !== null) {
    const at = simulation.now().getTime();
    const world = guestWorld(simulation.world, vm, at, command.guestTrouble);
    const run = runScript(vm.guest, command.script, world);
    command.output = { stdout: run.stdout, stderr: run.stderr };
    setGuest(simulation, vm, run.state, "script");
  }
  if (failure === null) {
    end(simulation, command, {
      state: "Succeeded",
      message: "RunCommand script execution completed",
    });
  } else {
    command.output = { stdout: "", stderr: "" };
    end(simulation, command, { state: "Failed", message: failure.message });
  }
}

function end(
  simulation: Simulation,
  command: ManagedCommandState,
  how: Pick<ManagedCommandState, "state" | "message">,
): void {
  Object.assign(command, how, { phase: "ended", endedAt: simulation.now().getTime() });
  provision(simulation, command);
}

/** The provisioning says whether the script was handed over, not whether it did well. */
function provision(simulation: Simulation, command: ManagedCommandState): void {
  if (command.provisioning === "Creating") {
    command.provisioning = "Succeeded";
    succeed(simulation, command.operationId);
  }
}

function giveUp(simulation: Simulation, vm: VmState, command: ManagedCommandState): void {
  if (command.phase !== "pending") {
    return;
  }
  const message = `VM '${vm.name}' has not reported status for VM agent or extensions. Please verify the VM has a running VM agent, and can establish outbound connections to Azure storage.`;
  Object.assign(command, {
    phase: "ended",
    provisioning: "Failed",
    state: "Failed",
    message,
    endedAt: simulation.now().getTime(),
  });
  fail(simulation, command.operationId, "VMAgentStatusCommunicationError", message);
}
