import type { LedgerEntry } from "../../shared/domain/incident.ts";

/** A ledger entry of the incident that `anIncident()` builds. */
export function anEntry(overrides: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    id: "entry-1",
    remedy: "guestDhcp",
    nicId: "nic",
    intent: "Set the adapter Ethernet to DHCP.",
    before: { addresses: ["10.4.0.9"], metric: 0.5, note: 'quotes " and \u{1F6A2}' },
    undo: "Set the old address again.",
    openedAt: "2026-03-02T08:05:00.000Z",
    closedAt: null,
    state: "open",
    result: null,
    ...overrides,
  };
}
