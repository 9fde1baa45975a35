import { expect, it } from "vitest";

import type { LedgerEntry } from "../../shared/domain/incident.ts";
import type { ActivityRecord } from "../../shared/domain/restart.ts";
import { writesByOthers } from "../../shared/incidents/writes-by-others.ts";
import { anIncident, NIC_ID } from "../builders.ts";
import { anEntry } from "./ledger-entry.ts";

const AT = "2026-03-02T08:10:00.000Z";
const OURS: ActivityRecord = {
  operation: "microsoft.network/networkinterfaces/write",
  at: AT,
  own: true,
};
const RESET: Partial<LedgerEntry> = {
  remedy: "nicReset",
  nicId: NIC_ID.toUpperCase(),
  openedAt: "2026-03-02T08:09:00.000Z",
  closedAt: "2026-03-02T08:20:00.000Z",
  state: "done",
};

function others(record: ActivityRecord, entry: Partial<LedgerEntry>): readonly string[] {
  return writesByOthers([record], [anIncident({ ledger: [anEntry(entry)] })], NIC_ID);
}

it.each<[string, Partial<LedgerEntry>]>([
  ["that stands in our ledger", RESET],
  ["under way", { ...RESET, closedAt: null, state: "open" }],
  ["by a clock that is a little off", { ...RESET, openedAt: "2026-03-02T08:11:00.000Z" }],
  ["of an address that was pinned", { ...RESET, remedy: "pinAddress" }],
])("takes a write of our identity for ours: one %s", (_title, entry) => {
  expect(others(OURS, entry)).toEqual([]);
});

it.each<[string, ActivityRecord, Partial<LedgerEntry>]>([
  ["of another identity, even while ours was under way", { ...OURS, own: false }, RESET],
  ["of another NIC's reset", OURS, { ...RESET, nicId: `${NIC_ID}-b` }],
  ["of a remedy that writes no NIC", OURS, { ...RESET, remedy: "guestDhcp" }],
  ["before ours", OURS, { ...RESET, openedAt: "2026-03-02T08:13:00.000Z" }],
  ["after ours", OURS, { ...RESET, closedAt: "2026-03-02T08:07:00.000Z" }],
  ["beside one that was never made", OURS, { ...RESET, state: "untouched" }],
])("takes a write for somebody else's: one %s", (_title, record, entry) => {
  expect(others(record, entry)).toEqual([AT]);
});

it("looks at writes of the NIC only", () => {
  const operation = "microsoft.network/networkinterfaces/delete";

  expect(writesByOthers([{ ...OURS, operation, own: false }], [], NIC_ID)).toEqual([]);
});
