import type { Azure } from "../../azure/clients.ts";
import { pollRunCommand, startRunCommand, type RunCommandStart } from "../../azure/run-command.ts";
import { maskOf } from "../../domain/addresses.ts";
import type { GuestAdapter, GuestAddress, NicFacts } from "../../domain/facts.ts";
import { parseRestoreOutput, type RestoreAnswer } from "../../guest/restore-envelope.ts";
import { renderScript } from "../../guest/script.ts";

/** A static configuration that is to be put back, and the adapter as it is now. */
export interface StaticTarget {
  readonly nic: NicFacts;
  /** As it was read a moment ago: the script refuses to touch one that has changed since. */
  readonly adapter: GuestAdapter;
  /** In their order; at least one. */
  readonly addresses: readonly GuestAddress[];
  readonly gateways: readonly string[];
}

/** What the script that puts it back is asked to do. */
export interface RestoreRequest extends StaticTarget {
  readonly vmId: string;
  readonly incidentId: string;
  /** After this instant a late script changes nothing, ISO 8601 UTC. */
  readonly notAfter: string;
}

/** One look at it. */
export type RestorePoll =
  | { readonly kind: "running"; readonly retryAfterSeconds: number | null }
  | { readonly kind: "finished"; readonly answer: RestoreAnswer }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/**
 * Asks Windows to take a static configuration again, as a transaction. Run twice it is safe: the script looks first.
 * @throws AzureRequestError for transient trouble, `retryable`; the script may have reached Windows all the same.
 */
export async function startRestore(
  azure: Azure,
  request: RestoreRequest,
  waits: { readonly leaseWaitSeconds: number; readonly deadManSeconds: number },
): Promise<RunCommandStart> {
  const { incidentId, adapter, nic, notAfter, addresses, gateways } = request;
  const script = renderScript("restore-static", {
    incidentId,
    mac: adapter.mac,
    fingerprint: adapter.fingerprint,
    notAfter,
    primaryNic: nic.primary,
    addresses: addresses.map(({ ip, prefixLength }) => `${ip}/${maskOf(prefixLength)}`).join(","),
    gateways: gateways.join(","),
    leaseWaitSeconds: waits.leaseWaitSeconds,
    deadManSeconds: waits.deadManSeconds,
  });
  return await startRunCommand(azure, request.vmId, script);
}

/**
 * Looks once at it.
 * @throws AzureRequestError if the look itself failed.
 */
export async function pollRestore(
  azure: Azure,
  vmId: string,
  operation: string,
): Promise<RestorePoll> {
  const poll = await pollRunCommand(azure, vmId, operation);
  return poll.kind === "finished"
    ? { kind: "finished", answer: parseRestoreOutput(poll.stdout) }
    : poll;
}
