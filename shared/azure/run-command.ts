import { z } from "zod";

import { AzureRequestError } from "../domain/errors.ts";
import { requireResourceId, VM_TYPE } from "../domain/resource-id.ts";
import type { Azure } from "./clients.ts";
import { pollComputeOperation, startOperation } from "./operations.ts";
import type { StartedOperation } from "./operations.ts";

/** Why a Run Command cannot work on a VM. */
export type RunCommandObstacle =
  /** The VM is not running. */
  | "not-running"
  /** The VM agent does not report. */
  | "agent-missing"
  /** The VM does not exist. */
  | "gone"
  /** Azure said no: a missing right, a lock, a policy. */
  | "refused";

/** What asking for a Run Command gave. */
export type RunCommandStart =
  | ({ readonly kind: "started" } & StartedOperation)
  /** Another Run Command holds the VM's only slot; it may be one of ours whose answer was lost. */
  | { readonly kind: "busy"; readonly message: string }
  | {
      readonly kind: RunCommandObstacle;
      readonly code: string;
      readonly message: string;
      readonly nextStep: string;
    };

/** What looking at a Run Command gave. */
export type RunCommandPoll =
  | { readonly kind: "running"; readonly retryAfterSeconds: number | null }
  /** The script ended; only what it printed says how. */
  | { readonly kind: "finished"; readonly stdout: string; readonly stderr: string }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

const runCommandResult = z.object({
  value: z.array(z.object({ code: z.string().default(""), message: z.string().default("") })),
});

/**
 * Asks a VM to run a PowerShell script as SYSTEM (Run Command, the action, not the resource). Sent once: run twice, the
 * second start finds `busy` while the first script runs, and the scripts themselves are safe to run twice.
 * @throws AzureRequestError for transient trouble only, `retryable`.
 */
export async function startRunCommand(
  azure: Azure,
  vmId: string,
  script: readonly string[],
): Promise<RunCommandStart> {
  const vm = requireResourceId(vmId, VM_TYPE);
  const client = await azure.compute(vm.subscriptionId);
  try {
    const started = await startOperation(`start a Run Command on VM ${vm.name}`, () => ({
      poller: client.virtualMachines.runCommand(vm.resourceGroup, vm.name, {
        commandId: "RunPowerShellScript",
        script: [...script],
      }),
    }));
    return { kind: "started", ...started };
  } catch (error) {
    if (error instanceof AzureRequestError && !error.retryable) {
      return obstacleOf(error);
    }
    throw error;
  }
}

/**
 * Looks once at a Run Command.
 * @throws AzureRequestError if the look itself failed.
 */
export async function pollRunCommand(
  azure: Azure,
  vmId: string,
  operation: string,
): Promise<RunCommandPoll> {
  const vm = requireResourceId(vmId, VM_TYPE);
  const tried = `run a script on VM ${vm.name}`;
  const poll = await pollComputeOperation(azure, vm.subscriptionId, operation, tried);
  if (poll.kind === "running") {
    return poll;
  }
  if (poll.kind === "failed") {
    const known = obstacleIn(poll.code, poll.message);
    return { kind: "failed", code: known ?? "run-command-failed", message: poll.message };
  }
  const result = runCommandResult.safeParse(poll.result);
  return {
    kind: "finished",
    stdout: result.success ? textOf(result.data.value, "stdout") : "",
    stderr: result.success ? textOf(result.data.value, "stderr") : "",
  };
}

type Statuses = z.output<typeof runCommandResult>["value"];

/**
 * The entry's code is `ComponentStatus/StdOut/succeeded` in either letter case; its ending says nothing about the script,
 * and the order is not promised.
 */
function textOf(statuses: Statuses, stream: "stdout" | "stderr"): string {
  const prefix = `componentstatus/${stream}/`;
  const entry = statuses.find(({ code }) => `${code.toLowerCase()}/`.startsWith(prefix));
  return entry?.message ?? "";
}

/** What stands in the way of a Run Command, by Azure's refusal. */
export function obstacleOf(error: AzureRequestError): RunCommandStart {
  if (error.status === 409 && /execution is in progress/iu.test(error.message)) {
    return { kind: "busy", message: error.message };
  }
  const kind = error.status === 404 ? "gone" : obstacleIn(error.azureCode ?? "", error.message);
  return {
    kind: kind ?? "refused",
    code: kind ?? error.code,
    message: error.message,
    nextStep: nextStepOf(kind, error),
  };
}

/** Reads the obstacle out of Azure's code and sentence; both are the only marks there are. */
function obstacleIn(azureCode: string, message: string): RunCommandObstacle | null {
  if (/^vmagentstatuscommunicationerror$/iu.test(azureCode)) {
    return "agent-missing";
  }
  if (/not reported status for (?:the )?vm agent/iu.test(message)) {
    return "agent-missing";
  }
  if (/vm is not running|not running|deallocated/iu.test(message)) {
    return "not-running";
  }
  return /^(?:resource|resourcegroup|subscription)?notfound$/iu.test(azureCode) ? "gone" : null;
}

function nextStepOf(kind: RunCommandObstacle | null, error: AzureRequestError): string {
  switch (kind) {
    case "not-running":
      return "Start the VM.";
    case "agent-missing":
      return "Use the serial console: the VM agent does not report.";
    case "gone":
      return "Check the VM's id: there is nothing to heal where it does not exist.";
    case "refused":
    case null:
      return error.nextStep;
  }
}
