import type { WholeNic } from "../../azure/network-interfaces.ts";
import type { LedgerEntry } from "../../domain/incident.ts";
import { allocationsOf, type Allocation } from "./allocation.ts";

/** What a ledger entry for a pinned address is made from. */
export interface PinIntent {
  readonly incidentId: string;
  readonly nicId: string;
  /** Whole, as it is before. */
  readonly nic: WholeNic;
  /** ISO 8601 UTC. */
  readonly openedAt: string;
}

/** The intent of giving a NIC an earlier allocation back, to be written before it; undone by what it has now. */
export function allocationLedgerEntry({
  incidentId,
  nicId,
  nic,
  intent,
  openedAt,
}: PinIntent & { readonly intent: string }): LedgerEntry {
  const name = nicId.slice(nicId.lastIndexOf("/") + 1);
  const commands = allocationsOf(nic).map((allocation) => undoCommand(nicId, allocation));
  return {
    id: `${incidentId}:allocation:${name.toLowerCase()}`,
    remedy: "pinAddress",
    nicId,
    intent,
    before: { nic },
    undo: `${commands.join("; ")}.`,
    openedAt,
    closedAt: null,
    state: "open",
    result: null,
  };
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
    undo: `${dynamic.map((allocation) => undoCommand(nicId, allocation)).join("; ")}. Azure may then give it another address, and restart the VM.`,
    openedAt,
    closedAt: null,
    state: "open",
    result: null,
  };
}

/** Azure's ids hold no character that double quotes do not carry. */
function undoCommand(nicId: string, { name, method, address }: Allocation): string {
  const command = `az network nic ip-config update --ids "${nicId}/ipConfigurations/${name}"`;
  return method === "Dynamic"
    ? `${command} --set privateIPAllocationMethod=Dynamic`
    : `${command} --private-ip-address ${address}`;
}
