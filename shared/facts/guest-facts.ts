import type { Azure } from "../azure/clients.ts";
import type { RunCommandStart } from "../azure/run-command.ts";
import { pollScript, startScript } from "../azure/run-script.ts";
import type { GuestReading } from "../domain/facts.ts";
import type { ManagedSlot } from "../domain/managed-command.ts";
import { parseReadOutput } from "../guest/envelope.ts";
import { renderScript } from "../guest/script.ts";

/** One look at a guest reading under way. */
export type GuestReadPoll =
  | { readonly kind: "running"; readonly retryAfterSeconds: number | null }
  | { readonly kind: "finished"; readonly answer: GuestReading }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/**
 * Asks Windows for its facts with the script that only reads, over Run Command, or as a managed one.
 * @throws AzureRequestError for transient trouble, `retryable`.
 */
export async function startGuestRead(
  azure: Azure,
  vmId: string,
  managed: ManagedSlot | null = null,
): Promise<RunCommandStart> {
  return await startScript(azure, vmId, renderScript("read-guest", {}), managed);
}

/**
 * Looks once at a guest reading.
 * @throws AzureRequestError if the look itself failed.
 */
export async function pollGuestRead(
  azure: Azure,
  vmId: string,
  operation: string,
): Promise<GuestReadPoll> {
  const poll = await pollScript(azure, vmId, operation);
  return poll.kind === "finished"
    ? { kind: "finished", answer: parseReadOutput(poll.stdout) }
    : poll;
}
