import type { WholeNic } from "../../azure/network-interfaces.ts";
import type { LedgerEntry } from "../../domain/incident.ts";
import { allocationsOf } from "./allocation.ts";

/** What a ledger entry for a pinned address is made from. */
export interface PinIntent {
  readonly incidentId: string;
  readonly nicId: string;
  /** Whole, as it is before. */
  readonly nic: WholeNic;
  /** ISO 8601 UTC. */
  readonly openedAt: string;
}

/** The intent of pinning, to be written before it. Its id follows from incident and NIC: a NIC is pinned once in a run. */
export function pinLedgerEntry({ incidentId, nicId, nic, openedAt }: PinIntent): LedgerEntry {
  const name = nicId.slice(nicId.lastIndexOf("/") + 1);
  const dynamic = allocationsOf(nic).filter(({ method }) => method === "Dynamic");
  const addresses = dynamic.map(({ address }) => address).join(", ");
  return {
    id: `${incidentId}:pin-address:${name.toLowerCase()}`,
    remedy: "pinAddress",
    nicId,
    intent: `Let Azure keep ${addresses} for NIC ${name}: Static instead of Dynamic.`,
    before: { nic },
    undo: `${dynamic.map((allocation) => undoCommand(nicId, allocation.name)).join("; ")}. Azure may then give it another address, and restart the VM.`,
    openedAt,
    closedAt: null,
    state: "open",
    result: null,
  };
}

/** Azure's ids hold no character that double quotes do not carry. */
function undoCommand(nicId: string, configuration: string): string {
  return `az network nic ip-config update --ids "${nicId}/ipConfigurations/${configuration}" --set privateIPAllocationMethod=Dynamic`;
}
