import type { StorageContainer } from "../../azure/storage/container.ts";
import { quoted, type StorageTable } from "../../azure/storage/table.ts";
import { inParallel } from "../../domain/in-parallel.ts";
import { leadColumns, rowsOfForgotten } from "./incident-rows.ts";
import { folderOf } from "./incidents.ts";
import { keyOf, sortable } from "./keys.ts";
import type { CloudRestarts } from "./restarts.ts";

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
 * how many. Blobs go first: after a crash the incident is still there, and is forgotten the next time.
 */
export async function forgetIncidents(
  { table, blobs, restarts }: IncidentRecords,
  instant: string,
  limit: number,
): Promise<number> {
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
    await blobs.deleteAll(`${folderOf(id)}/`);
    const restartKey = restartKeys.get(id);
    const keys = [...rowsOfForgotten(row), ...(restartKey === undefined ? [] : [restartKey])];
    // A conflict: something of it is needed again since, so that the row of closed ones is gone, or another host was first.
    return await table.write(keys.map((rowKey) => ({ kind: "delete", rowKey })));
  });
  return forgotten.filter((written) => written === "written").length;
}
