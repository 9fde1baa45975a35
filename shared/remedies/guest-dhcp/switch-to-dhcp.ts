import type { Azure } from "../../azure/clients.ts";
import type { RunCommandStart } from "../../azure/run-command.ts";
import { pollScript, startScript } from "../../azure/run-script.ts";
import type { GuestAdapter, NicFacts } from "../../domain/facts.ts";
import { primaryAddress } from "../../domain/ip-configurations.ts";
import type { ManagedSlot } from "../../domain/managed-command.ts";
import { parseSwitchOutput } from "../../guest/envelope.ts";
import type { SwitchAnswer } from "../../guest/envelope.ts";
import { renderScript } from "../../guest/script.ts";

/** What the guest switch is asked to do. */
export interface GuestSwitchRequest {
  readonly vmId: string;
  readonly incidentId: string;
  readonly nic: NicFacts;
  /** As it was diagnosed: the script refuses to touch one that has changed since. */
  readonly adapter: GuestAdapter;
  /** After this instant a late script changes nothing, ISO 8601 UTC. */
  readonly notAfter: string;
  /** Longest wait for the right lease, whole seconds. */
  readonly leaseWaitSeconds: number;
  /** From arming to the guest's self-revert, whole seconds; the script takes none shorter than its own bound. */
  readonly deadManSeconds: number;
  /** Left out: over the VM's one Run Command. */
  readonly managed?: ManagedSlot;
}

/** One look at a switch under way. */
export type GuestSwitchPoll =
  | { readonly kind: "running"; readonly retryAfterSeconds: number | null }
  | { readonly kind: "finished"; readonly answer: SwitchAnswer }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/**
 * Asks Windows to switch an adapter to DHCP, as a transaction. Run twice it is safe: the script looks at the guest first.
 * @throws AzureRequestError for transient trouble, `retryable`; the script may have reached Windows all the same.
 */
export async function startGuestSwitch(
  azure: Azure,
  request: GuestSwitchRequest,
): Promise<RunCommandStart> {
  const expectedAddress = primaryAddress(request.nic);
  if (expectedAddress === null) {
    return {
      kind: "refused",
      code: "no-azure-address",
      message: `Azure has assigned no IPv4 address to NIC ${request.nic.name}.`,
      nextStep: "Look at the NIC's IP configurations in Azure.",
    };
  }
  const script = renderScript("switch-to-dhcp", {
    incidentId: request.incidentId,
    mac: request.adapter.mac,
    fingerprint: request.adapter.fingerprint,
    notAfter: request.notAfter,
    expectedAddress,
    primaryNic: request.nic.primary,
    leaseWaitSeconds: request.leaseWaitSeconds,
    deadManSeconds: request.deadManSeconds,
  });
  return await startScript(azure, request.vmId, script, request.managed ?? null);
}

/**
 * Looks once at a switch.
 * @throws AzureRequestError if the look itself failed.
 */
export async function pollGuestSwitch(
  azure: Azure,
  vmId: string,
  operation: string,
): Promise<GuestSwitchPoll> {
  const poll = await pollScript(azure, vmId, operation);
  return poll.kind === "finished"
    ? { kind: "finished", answer: parseSwitchOutput(poll.stdout) }
    : poll;
}
