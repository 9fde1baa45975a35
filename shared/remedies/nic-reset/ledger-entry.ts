import type { NicFacts } from "../../domain/facts.ts";
import type { LedgerEntry } from "../../domain/incident.ts";
import { parseResourceId } from "../../domain/resource-id.ts";
import type { ResetRecord } from "./reset-record.ts";

/** What a ledger entry for a NIC reset is made from. */
export interface ResetIntent {
  readonly incidentId: string;
  readonly nic: Pick<NicFacts, "id" | "name">;
  readonly record: ResetRecord;
  /** ISO 8601 UTC. */
  readonly openedAt: string;
}

/** The intent of a NIC reset, to be written before its first write; the same attempt gives the same entry. */
export function nicResetLedgerEntry(intent: ResetIntent): LedgerEntry {
  const { incidentId, nic, record, openedAt } = intent;
  const { address, allocation } = record.original;
  return {
    id: `${incidentId}:nic-reset:${nic.name.toLowerCase()}`,
    remedy: "nicReset",
    nicId: nic.id,
    intent: `Give NIC ${nic.name} another free address of its subnet for some minutes, then ${address} (${allocation}) again; the VM restarts each time.`,
    before: record,
    undo: wayBack(nic.id, record),
    openedAt,
    closedAt: null,
    state: "open",
    result: null,
  };
}

/**
 * The commands that put the NIC's address back by hand. Source: `az network nic ip-config update`, whose
 * `--private-ip-address` takes an empty text for a dynamic address.
 */
export function wayBack(nicId: string, { configuration, original }: ResetRecord): string {
  const nic = parseResourceId(nicId);
  const base = `az network nic ip-config update --subscription "${nic?.subscriptionId ?? "SUBSCRIPTION"}" --resource-group "${nic?.resourceGroup ?? "RESOURCE-GROUP"}" --nic-name "${nic?.name ?? "NIC"}" --name "${configuration}" --private-ip-address`;
  const back = `${base} "${original.address}"`;
  return original.allocation === "Static"
    ? `Run: ${back}`
    : `Run: ${back}; then, since the address was Dynamic: ${base} ""; if it is another one afterwards, run the first command again and leave it Static.`;
}
