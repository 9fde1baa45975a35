import { z } from "zod";

import type { RowChange, StorageTable, StoredRow } from "../../azure/storage/table.ts";
import type { RestartSlot } from "../../domain/restart.ts";
import { AN_HOUR, HOUR_MS, LONGEST_MS } from "../restart-limits.ts";
import type { RestartRequest } from "../store.ts";
import type { CloudIncidents } from "./incidents.ts";
import { keyOf, keyPart, sortable, under } from "./keys.ts";
import { untilWritten } from "./retries.ts";

const restartColumns = z.object({ incidentId: z.string(), taken: z.string() });

/**
 * The restarts of incidents, in the partition of the incidents: `r|SUBSCRIPTION|ID`, and `r|SUBSCRIPTION|`, which every one
 * that is taken changes: of two that were decided on the same rows only one is written.
 */
export class CloudRestarts {
  readonly #table: StorageTable;
  readonly #incidents: CloudIncidents;

  constructor(table: StorageTable, incidents: CloudIncidents) {
    this.#table = table;
    this.#incidents = incidents;
  }

  /** See `IncidentStore.takeRestart`. */
  async take({ incidentId, subscriptionId, now }: RestartRequest): Promise<RestartSlot> {
    const subscription = keyPart(subscriptionId.toLowerCase());
    const guardKey = keyOf("r", subscription, "");
    const instant = Date.parse(now);
    return await untilWritten(`the restarts of subscription ${subscriptionId}`, async () => {
      const rows = await this.#table.list(under("r", subscription));
      const refused = await this.#refusal(
        rows.filter(({ rowKey }) => rowKey !== guardKey),
        incidentId,
        instant,
      );
      if (refused !== null) {
        return refused;
      }
      const taken = sortable(instant);
      const guard = rows.find(({ rowKey }) => rowKey === guardKey);
      const written = await this.#table.write([
        changeOfGuard(guardKey, guard, taken),
        {
          kind: "insert",
          rowKey: keyOf("r", subscription, keyPart(incidentId)),
          values: { incidentId, taken },
        },
      ]);
      return written === "written" ? { kind: "taken" } : undefined;
    });
  }

  /** Keys of the rows of these incidents. */
  async rowsOf(incidentIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = incidentIds.length === 0 ? [] : await this.#table.list({ from: "r|", to: "r}" });
    const wanted = new Set(incidentIds);
    const keys = rows.map((row) => [restartColumns.parse(row).incidentId, row.rowKey] as const);
    return new Map(keys.filter(([incidentId]) => wanted.has(incidentId)));
  }

  /** Why there is nothing to take; null: there is. */
  async #refusal(
    rows: readonly StoredRow[],
    incidentId: string,
    instant: number,
  ): Promise<RestartSlot | null> {
    const restarts = rows.map((row) => {
      const restart = restartColumns.parse(row);
      // The distance counts, so that a clock set back can neither stretch an hour nor end it.
      return { id: restart.incidentId, age: Math.abs(instant - Number(restart.taken)) };
    });
    if (restarts.some(({ id }) => id === incidentId)) {
      return { kind: "taken" };
    }
    if (restarts.filter(({ age }) => age < HOUR_MS).length >= AN_HOUR) {
      return { kind: "used-up" };
    }
    for (const { id } of restarts.filter(({ age }) => age < LONGEST_MS)) {
      const incident = await this.#incidents.get(id);
      if (incident?.closedAt === null) {
        return { kind: "busy", incidentId: id };
      }
    }
    return null;
  }
}

function changeOfGuard(rowKey: string, guard: StoredRow | undefined, taken: string): RowChange {
  const values = { incidentId: "", taken };
  return guard === undefined
    ? { kind: "insert", rowKey, values }
    : { kind: "merge", rowKey, values, etag: guard.etag };
}
