import type { Azure } from "../../azure/clients.ts";
import { pollRunCommand, startRunCommand } from "../../azure/run-command.ts";
import type { RunCommandStart } from "../../azure/run-command.ts";
import type { GhostAdapter } from "../../domain/other-causes.ts";
import { parseGhostsOutput } from "../../guest/further-envelope.ts";
import type { GhostsAnswer } from "../../guest/further-envelope.ts";
import { renderScript } from "../../guest/script.ts";

/** What is asked about ghosts. */
export interface GhostsRequest {
  readonly vmId: string;
  /** Instance ids of those to remove; empty: they are only listed. */
  readonly remove: readonly string[];
  /** After this instant a late script removes nothing, ISO 8601 UTC. */
  readonly notAfter: string;
}

/** One look at that script under way. */
export type GhostsPoll =
  | { readonly kind: "running"; readonly retryAfterSeconds: number | null }
  | { readonly kind: "finished"; readonly answer: GhostsAnswer }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/**
 * Whether this program may remove it: a device of the hypervisor's own network ("Microsoft Hyper-V Network Adapter"). Removing
 * other hidden ones "could cause additional issues" (reset-network-interface).
 */
export function isRemovable({ id, service }: GhostAdapter): boolean {
  return service === "netvsc" && id.toUpperCase().startsWith("VMBUS\\");
}

/**
 * Asks Windows for its ghosts, and to remove some. Run twice it finds them gone.
 * @throws AzureRequestError for transient trouble, `retryable`; the script may have reached Windows all the same.
 */
export async function startGhosts(
  azure: Azure,
  { vmId, remove, notAfter }: GhostsRequest,
): Promise<RunCommandStart> {
  const script = renderScript("remove-ghosts", { remove: remove.join("|"), notAfter });
  return await startRunCommand(azure, vmId, script);
}

/**
 * Looks once at that script.
 * @throws AzureRequestError if the look itself failed.
 */
export async function pollGhosts(
  azure: Azure,
  vmId: string,
  operation: string,
): Promise<GhostsPoll> {
  const poll = await pollRunCommand(azure, vmId, operation);
  return poll.kind === "finished"
    ? { kind: "finished", answer: parseGhostsOutput(poll.stdout) }
    : poll;
}
