import { z } from "zod";

import type { RowChange, RowValues, StoredRow } from "../../azure/storage/table.ts";
import type { RemedyKind } from "../../domain/diagnosis.ts";
import type { Incident } from "../../domain/incident.ts";
import { keyOf, keyPart, newestFirst, reversed, sortable } from "./keys.ts";

/** The columns of an incident's own row beside its text. */
export const incidentColumns = z.object({
  id: z.string(),
  vmId: z.string(),
  sequence: z.string(),
});

/** The columns of the rows that lead to an incident. */
export const leadColumns = z.object({ home: z.string(), id: z.string(), vmId: z.string() });

/** Key of the row that leads from an incident's id to its own row. */
export function idKey(id: string): string {
  return keyOf("k", keyPart(id));
}

/** Key of an incident's own row: the newest come first. */
export function homeKey({ id, openedAt }: Incident, sequence: string): string {
  return keyOf("i", newestFirst(Date.parse(openedAt)), reversed(sequence), keyPart(id));
}

/** Key of the row that leads from a VM to one of its incidents, the newest first. */
export function vmKey({ id, vmId, openedAt }: Incident, sequence: string): string {
  const opened = newestFirst(Date.parse(openedAt));
  return keyOf("v", keyPart(vmId), opened, reversed(sequence), keyPart(id));
}

/** What an incident's own row says beside its text, so that conditions can be asked for. */
export function homeValues(incident: Incident, sequence: string): RowValues {
  const { id, vmId, closedAt, silentSince } = incident;
  return { id, vmId, sequence, open: String(closedAt === null), silentSince: silentSince ?? "" };
}

/** An incident whose snapshot exists, as far as is known. */
export function hasSnapshot({ backup }: Incident): boolean {
  return backup !== null && backup.state !== "deleted";
}

/**
 * The rows that lead to an incident as it stands now, by their keys. They are written in one transaction with its own row:
 * - `o|…|ID`: it is open, the newest first.
 * - `b|OPENED|…|ID`: its snapshot may still exist, the oldest first.
 * - `u|REMEDY|VM|ID`: nobody knows the end of a change with that remedy.
 * - `c|OPENED|…|ID`: it is closed and nothing of it is still needed, the oldest first.
 */
export function leads(incident: Incident, sequence: string): ReadonlyMap<string, RowValues> {
  const { id, vmId, openedAt, closedAt } = incident;
  const values = { home: homeKey(incident, sequence), id, vmId };
  const opened = Date.parse(openedAt);
  const part = keyPart(id);
  const rows = new Map<string, RowValues>();
  if (closedAt === null) {
    rows.set(keyOf("o", newestFirst(opened), reversed(sequence), part), values);
  }
  if (hasSnapshot(incident)) {
    rows.set(keyOf("b", sortable(opened), sequence, part), values);
  }
  for (const remedy of unfinishedRemedies(incident)) {
    rows.set(keyOf("u", keyPart(remedy), keyPart(vmId), part), values);
  }
  if (closedAt !== null && !isNeeded(incident)) {
    const closed = sortable(Date.parse(closedAt));
    rows.set(keyOf("c", sortable(opened), sequence, part), {
      ...values,
      closed,
      vmKey: vmKey(incident, sequence),
    });
  }
  return rows;
}

/** What changes of the rows that lead to an incident. */
export function leadChanges(
  before: ReadonlyMap<string, RowValues>,
  after: ReadonlyMap<string, RowValues>,
): readonly RowChange[] {
  return [
    ...[...before.keys()]
      .filter((rowKey) => !after.has(rowKey))
      .map((rowKey): RowChange => ({ kind: "delete", rowKey })),
    ...[...after]
      .filter(([rowKey]) => !before.has(rowKey))
      .map(([rowKey, values]): RowChange => ({ kind: "put", rowKey, values })),
  ];
}

/** All rows of an incident that is forgotten, its own included; `row` is the one of closed incidents. */
export function rowsOfForgotten(row: StoredRow): readonly string[] {
  const { home, id } = leadColumns.parse(row);
  const { vmKey: ofVm } = z.object({ vmKey: z.string() }).parse(row);
  return [row.rowKey, home, idKey(id), ofVm];
}

/** Its snapshot may still exist, or its NIC may still be in the middle of a reset. */
function isNeeded(incident: Incident): boolean {
  return hasSnapshot(incident) || unfinishedRemedies(incident).has("nicReset");
}

function unfinishedRemedies({ ledger }: Incident): ReadonlySet<RemedyKind | "ghostAdapters"> {
  return new Set(
    ledger
      .filter(({ state }) => state === "open" || state === "unknown")
      .map(({ remedy }) => remedy),
  );
}
