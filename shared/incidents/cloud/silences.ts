import { z } from "zod";

import type { StorageTable, StoredRow } from "../../azure/storage/table.ts";
import { inParallel } from "../../domain/in-parallel.ts";
import type { Silence } from "../../domain/silence.ts";
import { keyPart } from "./keys.ts";
import { untilWritten } from "./retries.ts";

/** Rows that are deleted at a time. */
const DELETES = 8;

const silenceColumns = z.object({
  vmId: z.string(),
  firstMinute: z.coerce.number(),
  lastMinute: z.coerce.number(),
  rounds: z.coerce.number(),
  raised: z.coerce.number(),
});

/** The silences of VMs, one row each. */
export class CloudSilences {
  readonly #table: StorageTable;

  constructor(table: StorageTable) {
    this.#table = table;
  }

  /** See `IncidentStore.countSilentRound`. */
  async count(givenId: string, minute: number): Promise<Silence> {
    const vmId = givenId.toLowerCase();
    return await untilWritten(`the silence of ${vmId}`, async () => {
      const row = await this.#table.get(keyPart(vmId));
      const known = row === undefined ? null : silenceColumns.parse(row);
      if (known !== null && known.lastMinute >= minute) {
        return known;
      }
      const silence =
        known === null
          ? { vmId, firstMinute: minute, lastMinute: minute, rounds: 1, raised: 0 }
          : { ...known, lastMinute: minute, rounds: known.rounds + 1 };
      return await this.#keep(silence, row);
    });
  }

  /** See `IncidentStore.markRaised`. */
  async markRaised(givenId: string, raised: number): Promise<void> {
    const vmId = givenId.toLowerCase();
    await untilWritten(`the silence of ${vmId}`, async () => {
      const row = await this.#table.get(keyPart(vmId));
      const known = row === undefined ? null : silenceColumns.parse(row);
      return known === null || known.raised >= raised
        ? "unchanged"
        : await this.#keep({ ...known, raised, rounds: 0 }, row);
    });
  }

  async end(vmIds: readonly string[]): Promise<void> {
    await inParallel(vmIds, DELETES, async (vmId) => {
      // One that is not there is a conflict, and what was wanted.
      await this.#table.write([{ kind: "delete", rowKey: keyPart(vmId.toLowerCase()) }]);
    });
  }

  async all(): Promise<readonly Silence[]> {
    const rows = await this.#table.list();
    return rows
      .map((row) => silenceColumns.parse(row))
      .toSorted((one, other) => (one.vmId < other.vmId ? -1 : 1));
  }

  async #keep(silence: Silence, row: StoredRow | undefined): Promise<Silence | undefined> {
    const rowKey = keyPart(silence.vmId);
    const values = Object.fromEntries(
      Object.entries(silence).map(([name, value]) => [name, String(value)]),
    );
    const written = await this.#table.write([
      row === undefined
        ? { kind: "insert", rowKey, values }
        : { kind: "replace", rowKey, values, etag: row.etag },
    ]);
    return written === "written" ? silence : undefined;
  }
}
