import type { ConsoleAddress, NicFacts } from "../../domain/facts.ts";
import type { LedgerEntry } from "../../domain/incident.ts";
import type { AddressOrder } from "./address-order.ts";

/** What a ledger entry for a console heal is made from. */
export interface ConsoleIntent {
  readonly incidentId: string;
  readonly nic: NicFacts;
  readonly order: AddressOrder;
  /** What SAC listed for the network number. */
  readonly before: readonly ConsoleAddress[];
  /** ISO 8601 UTC. */
  readonly openedAt: string;
}

/** The intent of setting Azure's address over the console, to be written before it; the same attempt gives the same entry. */
export function consoleLedgerEntry(intent: ConsoleIntent): LedgerEntry {
  const { incidentId, nic, order, before, openedAt } = intent;
  const had = before.map(({ ip }) => ip).join(", ");
  return {
    id: `${incidentId}:serial-console:${nic.name.toLowerCase()}:${order.network}`,
    remedy: "serialConsole",
    nicId: nic.id,
    intent: `Set network number ${order.network} of Windows (NIC ${nic.name}) from ${had === "" ? "no address" : had} to Azure's ${order.ip}, mask ${order.mask}, gateway ${order.gateway}, over the serial console.`,
    before: { addresses: before },
    undo: "Leave Azure's address: the one before kept the VM silent.",
    openedAt,
    closedAt: null,
    state: "open",
    result: null,
  };
}

/** The intent of putting a NIC's adapter on DHCP at a command prompt, to be written before it. */
export function consoleDhcpLedgerEntry(
  intent: Omit<ConsoleIntent, "order" | "before"> & {
    /** What SAC lists; what netsh shows is added just before the switch. */
    readonly listed: readonly ConsoleAddress[];
  },
): LedgerEntry {
  const { incidentId, nic, listed, openedAt } = intent;
  return {
    id: `${incidentId}:serial-console-dhcp:${nic.name.toLowerCase()}`,
    remedy: "serialConsole",
    nicId: nic.id,
    intent: `Put the adapter of NIC ${nic.name} on DHCP at a command prompt of the serial console, with the configured login.`,
    before: { listed },
    undo: "Set Azure's own address over the serial console; the one before kept the VM silent.",
    openedAt,
    closedAt: null,
    state: "open",
    result: null,
  };
}
