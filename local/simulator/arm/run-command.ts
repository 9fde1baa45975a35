import { z } from "zod";

import { ofKind } from "../faults/faults.ts";
import { runScript } from "../guest/run.ts";
import { agentReady, guestWorld } from "../network/fabric.ts";
import type { Fault } from "../scenario/fault-schema.ts";
import type { Simulation } from "../simulation.ts";
import { setGuest } from "../world/guests.ts";
import type { CommandState, VmState } from "../world/world.ts";
import { ArmError } from "./arm-error.ts";
import { fail, openOperation, operationHeaders, succeed } from "./operations.ts";
import type { Reply } from "./reply.ts";

/** What arrives of StdOut at most. Source: "Run scripts in your Windows VM", restrictions. */
const OUTPUT_BYTES = 4096;

const runCommandInput = z.looseObject({
  commandId: z.string().min(1),
  script: z.array(z.string()).optional(),
});

/** The name in the first line of one of the program's own scripts, `# static-ip-remediator:NAME/VERSION`. */
export function scriptNameOf(body: unknown): string | null {
  const parsed = runCommandInput.safeParse(body);
  return parsed.success ? scriptNameIn((parsed.data.script ?? []).join("\n")) : null;
}

/** The same of a script as one text. */
export function scriptNameIn(script: string): string | null {
  return /^# static-ip-remediator:(?<name>[^/\s]+)\//u.exec(script)?.groups?.["name"] ?? null;
}

/** Takes a Run Command for a VM: 202, or the refusal which Azure gives. */
export function startRunCommand(
  simulation: Simulation,
  vm: VmState,
  body: unknown,
  faults: readonly Fault[],
): Reply {
  const script = readScript(body);
  if (vm.power !== "running") {
    throw new ArmError(
      409,
      "OperationNotAllowed",
      "Cannot modify extensions in the VM when the VM is not running.",
    );
  }
  takeSlot(simulation, vm, faults);
  const scriptName = scriptNameOf(body);
  const operation = openOperation(simulation, {
    provider: "Microsoft.Compute",
    vm: vm.name,
    script: scriptName,
  });
  const startedAt = simulation.now().getTime();
  const command: CommandState = {
    operationId: operation.id,
    script,
    scriptName,
    startedAt,
    ...trouble(faults),
    phase: "waiting",
    output: null,
  };
  vm.command = command;
  simulation.timeline.schedule(startedAt + simulation.commandDeliveryMs, () => {
    giveUp(simulation, vm, command);
  });
  pushCommand(simulation, vm);
  return { status: 202, headers: operationHeaders(simulation, operation) };
}

/** Moves the VM's command on as far as its agent allows: fetch it, bring back its answer. */
export function pushCommand(simulation: Simulation, vm: VmState): void {
  const at = simulation.now().getTime();
  if (!agentReady(simulation.world, vm, at)) {
    return;
  }
  for (const command of vm.undelivered.splice(0)) {
    execute(simulation, vm, command);
  }
  const { command } = vm;
  if (command?.phase === "waiting" && command.stuck !== "before") {
    fetchCommand(simulation, vm, command);
  } else if (command?.phase === "executed") {
    bringBack(simulation, vm, command);
  }
}

/** The VM stops: its command ends as failed, and runs when the VM comes back unless it had run. */
export function interruptCommand(simulation: Simulation, vm: VmState): void {
  const { command } = vm;
  if (command === null) {
    return;
  }
  vm.command = null;
  if (command.phase !== "executed" && command.stuck !== "before") {
    vm.undelivered.push(command);
  }
  fail(
    simulation,
    command.operationId,
    "OperationPreempted",
    "The operation was preempted by a more recent operation on the virtual machine.",
  );
}

function readScript(body: unknown): string {
  const parsed = runCommandInput.safeParse(body);
  if (!parsed.success) {
    throw new ArmError(400, "InvalidParameter", "Required parameter 'commandId' is missing.");
  }
  const { commandId, script } = parsed.data;
  switch (commandId.toLowerCase()) {
    case "runpowershellscript":
      return (script ?? []).join("\n");
    case "ipconfig":
      return "ipconfig /all";
    default:
      throw new ArmError(
        400,
        "InvalidParameter",
        `The value '${commandId}' of parameter 'commandId' is invalid.`,
      );
  }
}

function takeSlot(simulation: Simulation, vm: VmState, faults: readonly Fault[]): void {
  const at = simulation.now().getTime();
  const busy = ofKind(faults, "busySlot");
  if (busy !== undefined) {
    vm.slotBusyUntil = Math.max(vm.slotBusyUntil, at + busy.seconds * 1000);
  }
  if (busy !== undefined || vm.command !== null || at < vm.slotBusyUntil) {
    throw new ArmError(
      409,
      "Conflict",
      "Run command extension execution is in progress. Please wait for completion before invoking a run command.",
    );
  }
}

/** What faults do to a script on its way. */
type Trouble = Pick<
  CommandState,
  "guestTrouble" | "outputBytes" | "extraMs" | "stuck" | "failure" | "lingerMs"
>;

/** What the faults that strike a request do to its script. */
export function trouble(faults: readonly Fault[]): Trouble {
  const seconds = ofKind(faults, "slow")?.seconds ?? 0;
  return {
    guestTrouble: guestTrouble(faults),
    outputBytes: ofKind(faults, "cutOutput")?.bytes ?? OUTPUT_BYTES,
    extraMs: seconds * 1000,
    stuck: ofKind(faults, "stuck")?.when ?? null,
    failure: ofKind(faults, "failOperation") ?? null,
    lingerMs: (ofKind(faults, "lingeringSlot")?.seconds ?? 0) * 1000,
  };
}

function guestTrouble(faults: readonly Fault[]): CommandState["guestTrouble"] {
  const kill = ofKind(faults, "killScript");
  const inside = ofKind(faults, "guestTrouble");
  return {
    ...(kill === undefined ? {} : { killAfter: kill.after }),
    ...(inside === undefined ? {} : { faults: inside.what }),
  };
}

function fetchCommand(simulation: Simulation, vm: VmState, command: CommandState): void {
  const at = simulation.now().getTime();
  command.phase = "running";
  // The guest is data, so a first run tells how long the real one takes; what it does is decided when it ends.
  const seconds =
    vm.guest === null
      ? 0
      : runScript(
          vm.guest,
          command.script,
          guestWorld(simulation.world, vm, at, command.guestTrouble),
        ).seconds;
  const duration = simulation.latency.commandMs(seconds) + command.extraMs;
  simulation.timeline.schedule(at + duration, () => {
    if (vm.command === command) {
      execute(simulation, vm, command);
      pushCommand(simulation, vm);
    }
  });
}

function execute(simulation: Simulation, vm: VmState, command: CommandState): void {
  command.phase = "executed";
  command.output = { stdout: "", stderr: "" };
  if (command.failure?.when === "before" || vm.guest === null) {
    return;
  }
  const at = simulation.now().getTime();
  const world = guestWorld(simulation.world, vm, at, command.guestTrouble);
  const run = runScript(vm.guest, command.script, world);
  command.output = { stdout: run.stdout, stderr: run.stderr };
  setGuest(simulation, vm, run.state, "script");
}

function bringBack(simulation: Simulation, vm: VmState, command: CommandState): void {
  if (command.stuck !== null) {
    return;
  }
  vm.command = null;
  vm.slotBusyUntil = Math.max(
    vm.slotBusyUntil,
    command.lingerMs === 0 ? 0 : simulation.now().getTime() + command.lingerMs,
  );
  if (command.failure === null) {
    succeed(simulation, command.operationId, { value: instanceViews(simulation, command) });
  } else {
    fail(simulation, command.operationId, command.failure.code, command.failure.message);
  }
}

function instanceViews(simulation: Simulation, command: CommandState): unknown[] {
  const time = simulation.now().toISOString();
  return [
    { stream: "StdOut", text: command.output?.stdout ?? "" },
    { stream: "StdErr", text: command.output?.stderr ?? "" },
  ].map(({ stream, text }) => ({
    code: `ComponentStatus/${stream}/succeeded`,
    level: "Info",
    displayStatus: "Provisioning succeeded",
    message: lastBytes(text, command.outputBytes),
    time,
  }));
}

/** The end of a text, as so many bytes of UTF-8. */
export function lastBytes(text: string, count: number): string {
  const bytes = Buffer.from(text, "utf8");
  return bytes.subarray(Math.max(0, bytes.length - count)).toString("utf8");
}

function giveUp(simulation: Simulation, vm: VmState, command: CommandState): void {
  if (vm.command !== command || command.stuck !== null || command.phase === "running") {
    return;
  }
  vm.command = null;
  if (command.phase === "waiting") {
    vm.undelivered.push(command);
  }
  fail(
    simulation,
    command.operationId,
    "VMAgentStatusCommunicationError",
    `VM '${vm.name}' has not reported status for VM agent or extensions. Please verify the VM has a running VM agent, and can establish outbound connections to Azure storage.`,
  );
}
