import type { Azure } from "../../azure/clients.ts";
import type { RunCommandStart } from "../../azure/run-command.ts";
import { pollScript, startScript } from "../../azure/run-script.ts";
import { azureAddressSet } from "../../domain/address-set.ts";
import type { GuestRepairKind } from "../../domain/diagnosis.ts";
import type { GuestAdapter, NicFacts } from "../../domain/facts.ts";
import { primaryAddress } from "../../domain/ip-configurations.ts";
import type { ManagedSlot } from "../../domain/managed-command.ts";
import { parseRepairOutput } from "../../guest/repair-envelope.ts";
import type { RepairAnswer, RepairScriptName } from "../../guest/repair-envelope.ts";
import { renderScript } from "../../guest/script.ts";

const SCRIPTS: Readonly<Record<GuestRepairKind, RepairScriptName>> = {
  enableAdapter: "repair-adapter",
  repairDhcpService: "repair-adapter",
  renewLease: "repair-adapter",
  setAddresses: "set-addresses",
};

/** What `repair-adapter.ps1` calls its repairs. */
const WORDS = {
  enableAdapter: "enable",
  repairDhcpService: "service",
  renewLease: "renew",
} as const;

/** What a repair inside Windows is asked to do. */
export interface GuestRepairRequest {
  readonly vmId: string;
  readonly incidentId: string;
  readonly repair: GuestRepairKind;
  readonly nic: NicFacts;
  /** As it was diagnosed: the script refuses to touch one that has changed since. */
  readonly adapter: GuestAdapter;
  /** After this instant a late script changes nothing, ISO 8601 UTC. */
  readonly notAfter: string;
  /** Longest wait for the right lease, or for addresses to come into force, whole seconds. */
  readonly leaseWaitSeconds: number;
  /** Where addresses are set: from arming to the guest's self-revert, whole seconds. */
  readonly deadManSeconds: number;
  /** Left out: over the VM's one Run Command. */
  readonly managed?: ManagedSlot;
}

/** One look at a repair under way. */
export type GuestRepairPoll =
  | { readonly kind: "running"; readonly retryAfterSeconds: number | null }
  | { readonly kind: "finished"; readonly answer: RepairAnswer }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/**
 * Asks Windows to repair an adapter, as a transaction. Run twice it is safe: the script looks at the guest first.
 * @throws AzureRequestError for transient trouble, `retryable`; the script may have reached Windows all the same.
 */
export async function startGuestRepair(
  azure: Azure,
  request: GuestRepairRequest,
): Promise<RunCommandStart> {
  const script = scriptFor(request);
  return script === null
    ? {
        kind: "refused",
        code: "no-azure-address",
        message: `Azure does not tell every address and prefix of NIC ${request.nic.name}.`,
        nextStep: "Look at the NIC's IP configurations and their subnet in Azure.",
      }
    : await startScript(azure, request.vmId, script, request.managed ?? null);
}

function scriptFor(request: GuestRepairRequest): readonly string[] | null {
  const { nic, repair, leaseWaitSeconds, deadManSeconds } = request;
  const common = {
    incidentId: request.incidentId,
    mac: request.adapter.mac,
    fingerprint: request.adapter.fingerprint,
    notAfter: request.notAfter,
    primaryNic: nic.primary,
    leaseWaitSeconds,
  };
  if (repair === "setAddresses") {
    const set = azureAddressSet(nic);
    const addresses = set?.addresses.map(({ ip, mask }) => `${ip}/${mask}`).join(",") ?? "";
    return set === null
      ? null
      : renderScript(SCRIPTS[repair], {
          ...common,
          addresses,
          gateway: set.gateway,
          deadManSeconds,
        });
  }
  const expectedAddress = primaryAddress(nic);
  return expectedAddress === null
    ? null
    : renderScript(SCRIPTS[repair], { ...common, repair: WORDS[repair], expectedAddress });
}

/**
 * Looks once at a repair.
 * @throws AzureRequestError if the look itself failed.
 */
export async function pollGuestRepair(
  azure: Azure,
  look: {
    readonly vmId: string;
    readonly repair: GuestRepairKind;
    readonly operation: string;
  },
): Promise<GuestRepairPoll> {
  const poll = await pollScript(azure, look.vmId, look.operation);
  return poll.kind === "finished"
    ? { kind: "finished", answer: parseRepairOutput(SCRIPTS[look.repair], poll.stdout) }
    : poll;
}
