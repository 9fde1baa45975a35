import type { Azure } from "../../shared/azure/clients.ts";
import { deleteManagedCommand } from "../../shared/azure/managed-run-command.ts";
import type { RunCommandStart } from "../../shared/azure/run-command.ts";
import { AzureRequestError } from "../../shared/domain/errors.ts";
import * as guestFacts from "../../shared/facts/guest-facts.ts";
import type { IncidentStore } from "../../shared/incidents/store.ts";
import * as guestDhcp from "../../shared/remedies/guest-dhcp/switch-to-dhcp.ts";
import type { Services } from "../services.ts";
import type { ActivityCatalogue } from "./catalogue.ts";
import type { ScriptStart, SwitchRequest, SwitchStart } from "./catalogue/guest.ts";

type In<Name extends keyof ActivityCatalogue> = ActivityCatalogue[Name]["input"];
type Out<Name extends keyof ActivityCatalogue> = Promise<ActivityCatalogue[Name]["output"]>;

/** What an open ledger entry says from just before its script is handed over: from then on it may have reached Windows. */
const HANDED_OVER = "handed to Run Command";

/** Hands the read-only script to Run Command. Run twice it reads twice, or finds the slot busy. */
export async function startGuestRead(
  { vmId, managed }: In<"startGuestRead">,
  { azure }: Services,
): Out<"startGuestRead"> {
  const start = await guestFacts.startGuestRead(await azure(), vmId, managed ?? null);
  return start.kind === "started" || start.kind === "busy" ? start : unavailable(start);
}

/** One look at the reading. Reads only. */
export async function pollGuestRead(
  { vmId, operation }: In<"pollGuestRead">,
  { azure }: Services,
): Out<"pollGuestRead"> {
  return await guestFacts.pollGuestRead(await azure(), vmId, operation);
}

/**
 * Hands the switch script to Run Command. Key: the ledger entry, marked before the script is handed over, so that a run
 * which died in between knows that Windows may have it. The script itself changes nothing the second time.
 */
export async function startGuestSwitch(
  request: In<"startGuestSwitch">,
  services: Services,
): Out<"startGuestSwitch"> {
  return await startOnce(request, services, guestDhcp.startGuestSwitch);
}

/** One look at the switch. Reads only. */
export async function pollGuestSwitch(
  { vmId, operation }: In<"pollGuestSwitch">,
  { azure }: Services,
): Out<"pollGuestSwitch"> {
  return await guestDhcp.pollGuestSwitch(await azure(), vmId, operation);
}

/** Deletes a managed Run Command of an incident. Key: its name, from the incident; one that is gone is fine. */
export async function endManagedCommand(
  { vmId, ...slot }: In<"endManagedCommand">,
  { azure }: Services,
): Out<"endManagedCommand"> {
  await deleteManagedCommand(await azure(), vmId, slot);
  return null;
}

/** How a script that changes Windows is handed to Run Command. */
type Start<Request> = (
  azure: Azure,
  request: Request & { readonly leaseWaitSeconds: number; readonly deadManSeconds: number },
) => Promise<RunCommandStart>;

/** Hands over a script that changes Windows; key: its ledger entry, marked before. */
export async function startOnce<Request extends SwitchRequest>(
  request: Request,
  { azure, store, settings }: Services,
  start: Start<Request>,
): Promise<SwitchStart> {
  const records = await store();
  const markedBefore = await mark(records, request, HANDED_OVER);
  let maybeSent = markedBefore;
  try {
    const { leaseWaitSeconds, deadManSeconds } = settings;
    const client = await azure();
    const end = await handOver(
      async () => await start(client, { ...request, leaseWaitSeconds, deadManSeconds }),
    );
    maybeSent ||= end.kind === "started" || end.maybeSent;
    return end.kind === "started" ? end : { ...end, maybeSent };
  } catch (error) {
    if (!markedBefore || !(error instanceof AzureRequestError)) {
      throw error;
    }
    // A failure would say that nothing was sent; but an earlier try of this activity may have reached Windows.
    return { kind: "busy", message: error.message, maybeSent };
  } finally {
    if (!maybeSent) {
      await mark(records, request, null);
    }
  }
}

async function handOver(send: () => Promise<RunCommandStart>): Promise<SwitchStart> {
  try {
    const start = await send();
    if (start.kind === "started") {
      return start;
    }
    return start.kind === "busy"
      ? { ...start, maybeSent: false }
      : { ...unavailable(start), maybeSent: false };
  } catch (error) {
    // Throttled, or without a token, it is surely not done. What else is transient may have reached Windows without an answer.
    if (error instanceof AzureRequestError && mayBeDone(error)) {
      return { kind: "busy", message: error.message, maybeSent: true };
    }
    throw error;
  }
}

function mayBeDone({ retryable, status, code }: AzureRequestError): boolean {
  return retryable && status !== 429 && code !== "no-credential";
}

/** In the words of the catalogue; what Azure wants to be done is part of the message. */
export function unavailable(obstacle: {
  readonly code: string;
  readonly message: string;
  readonly nextStep: string;
}): Extract<ScriptStart, { kind: "unavailable" }> {
  const message = [obstacle.message, obstacle.nextStep].filter((text) => text !== "").join(" ");
  return { kind: "unavailable", code: obstacle.code, message };
}

/** Sets the entry's note; says whether it was marked as handed over before. */
async function mark(
  records: IncidentStore,
  { incidentId, ledgerEntryId }: SwitchRequest,
  result: string | null,
): Promise<boolean> {
  const incident = await records.getIncident(incidentId);
  const entry = incident?.ledger.find(({ id }) => id === ledgerEntryId);
  if (entry !== undefined && entry.result !== result) {
    await records.writeLedger(incidentId, { ...entry, result });
  }
  return entry?.result === HANDED_OVER;
}
