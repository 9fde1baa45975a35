import { z } from "zod";

import type { StorageContainer } from "../../azure/storage/container.ts";
import type { RowChange, StorageTable } from "../../azure/storage/table.ts";
import { inParallel } from "../../domain/in-parallel.ts";
import { keyOf, keyPart, under } from "./keys.ts";

/** Records whose blobs are deleted at a time. */
const AT_A_TIME = 4;

const tombstoneColumns = z.object({ id: z.string() });

/** Where the records of one kind are, by their ids. */
export interface RecordPlaces {
  readonly rowKeyOf: (id: string) => string;
  readonly folderOf: (id: string) => string;
}

/**
 * `x|ID`: the rows of a record are gone, its blobs may still be there. Written in one transaction with the end of the rows, so
 * that no row is left without its blob, and no blob is left for ever after a crash.
 */
export class Tombstones {
  readonly #table: StorageTable;
  readonly #blobs: StorageContainer;
  readonly #places: RecordPlaces;

  constructor(table: StorageTable, blobs: StorageContainer, places: RecordPlaces) {
    this.#table = table;
    this.#blobs = blobs;
    this.#places = places;
  }

  /** Deletes what an earlier round left, of at most `limit` records. */
  async finishLeft(limit: number): Promise<void> {
    const rows = await this.#table.list({ ...under("x"), limit });
    await this.finish(rows.map((row) => tombstoneColumns.parse(row).id));
  }

  /** Deletes the blobs of records whose tombstones are written, then the tombstones. */
  async finish(ids: readonly string[]): Promise<void> {
    await inParallel(ids, AT_A_TIME, async (id) => {
      // One that was stored again since has its blobs in the same folder: they go when that one is forgotten.
      if ((await this.#table.get(this.#places.rowKeyOf(id))) === undefined) {
        await this.#blobs.deleteAll(`${this.#places.folderOf(id)}/`);
      }
      // A conflict: another host was first.
      await this.#table.write([{ kind: "delete", rowKey: tombstoneKey(id) }]);
    });
  }
}

/** Writes a record's tombstone. */
export function tombstone(id: string): RowChange {
  return { kind: "put", rowKey: tombstoneKey(id), values: { id } };
}

function tombstoneKey(id: string): string {
  return keyOf("x", keyPart(id));
}
