import type { ManagedSlot } from "../domain/managed-command.ts";
import type { Azure } from "./clients.ts";
import { isManaged, pollManagedCommand, startManagedCommand } from "./managed-run-command.ts";
import {
  pollRunCommand,
  startRunCommand,
  type RunCommandPoll,
  type RunCommandStart,
} from "./run-command.ts";

/**
 * Asks a VM to run a script: over its one Run Command, or, with `managed`, beside it.
 * @throws AzureRequestError for transient trouble only, `retryable`.
 */
export async function startScript(
  azure: Azure,
  vmId: string,
  script: readonly string[],
  managed: ManagedSlot | null,
): Promise<RunCommandStart> {
  return managed === null
    ? await startRunCommand(azure, vmId, script)
    : await startManagedCommand(azure, vmId, script, managed);
}

/**
 * Looks once at a script, whichever way it went.
 * @throws AzureRequestError if the look itself failed.
 */
export async function pollScript(
  azure: Azure,
  vmId: string,
  operation: string,
): Promise<RunCommandPoll> {
  return isManaged(operation)
    ? await pollManagedCommand(azure, vmId, operation)
    : await pollRunCommand(azure, vmId, operation);
}
