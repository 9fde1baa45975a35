import { z } from "zod";

import type { StorageTable } from "../../azure/storage/table.ts";
import { keyPart } from "./keys.ts";
import { untilWritten } from "./retries.ts";

const counterColumns = z.object({ name: z.string(), value: z.coerce.number() });

/** Counters, one row each. */
export class CloudCounters {
  readonly #table: StorageTable;

  constructor(table: StorageTable) {
    this.#table = table;
  }

  /** See `IncidentStore.count`. */
  async count(name: string): Promise<number> {
    const rowKey = keyPart(name);
    return await untilWritten(`counter ${name}`, async () => {
      const row = await this.#table.get(rowKey);
      const value = row === undefined ? 1 : counterColumns.parse(row).value + 1;
      const values = { name, value: String(value) };
      const written = await this.#table.write([
        row === undefined
          ? { kind: "insert", rowKey, values }
          : { kind: "replace", rowKey, values, etag: row.etag },
      ]);
      return written === "written" ? value : undefined;
    });
  }

  async all(): Promise<Readonly<Record<string, number>>> {
    const rows = await this.#table.list();
    const counters = rows.map((row) => counterColumns.parse(row));
    return Object.fromEntries(counters.map(({ name, value }) => [name, value]));
  }
}
