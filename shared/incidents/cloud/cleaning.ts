import type { StorageContainer } from "../../azure/storage/container.ts";
import { quoted, type RowChange, type StorageTable } from "../../azure/storage/table.ts";
import { inParallel } from "../../domain/in-parallel.ts";
import { idKey, leadColumns, rowsOfForgotten } from "./incident-rows.ts";
import { folderOf } from "./incidents.ts";
import { keyOf, sortable } from "./keys.ts";
import type { CloudRestarts } from "./restarts.ts";
import { Tombstones, tombstone } from "./tombstones.ts";

/** Incidents that are forgotten at a time. */
const AT_A_TIME = 4;

/** What forgetting incidents works on. */
export interface IncidentRecords {
  readonly table: StorageTable;
  readonly blobs: StorageContainer;
  readonly restarts: CloudRestarts;
}

/**
 * Forgets incidents that closed before the instant and of which nothing is needed, the oldest first, at most `limit`; gives
 * how many. Rows go first, in one transaction with a tombstone; blobs that a crash left go the next time.
 */
export async function forgetIncidents(
  { table, blobs, restarts }: IncidentRecords,
  instant: string,
  limit: number,
): Promise<number> {
  const tombstones = new Tombstones(table, blobs, { rowKeyOf: idKey, folderOf });
  await tombstones.finishLeft(limit);
  const before = sortable(Date.parse(instant));
  const rows = await table.list({
    from: "c|",
    to: keyOf("c", before),
    filter: `closed lt ${quoted(before)}`,
    limit,
  });
  const restartKeys = await restarts.rowsOf(rows.map((row) => leadColumns.parse(row).id));
  const forgotten = await inParallel(rows, AT_A_TIME, async (row) => {
    const { id } = leadColumns.parse(row);
    const restartKey = restartKeys.get(id);
    const keys = [...rowsOfForgotten(row), ...(restartKey === undefined ? [] : [restartKey])];
    // A conflict: something of it is needed again since, so that the row of closed ones is gone, or another host was first.
    const written = await table.write([
      ...keys.map((rowKey): RowChange => ({ kind: "delete", rowKey })),
      tombstone(id),
    ]);
    return written === "written" ? [id] : [];
  });
  const ids = forgotten.flat();
  await tombstones.finish(ids);
  return ids.length;
}
