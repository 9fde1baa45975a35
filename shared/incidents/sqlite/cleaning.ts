import type { DatabaseSync, StatementSync } from "node:sqlite";

import { z } from "zod";

import type { RemedyKind } from "../../domain/diagnosis.ts";
import type { Forgotten } from "../store.ts";
import { inTransaction } from "./schema.ts";

/** An incident whose snapshot exists, as far as is known, or whose NIC may still be in the middle of a reset. */
const STILL_NEEDED = `coalesce(body ->> '$.backup.state', 'deleted') <> 'deleted' OR EXISTS (
  SELECT 1 FROM ledger WHERE ledger.incident_id = incidents.id
  AND ledger.body ->> '$.remedy' = 'nicReset' AND ledger.body ->> '$.state' IN ('open', 'unknown'))`;

const STATEMENTS = {
  withSnapshot: `SELECT id, body FROM incidents
    WHERE coalesce(body ->> '$.backup.state', 'deleted') <> 'deleted'
    ORDER BY opened_ms, sequence LIMIT ?`,
  unfinished: `SELECT DISTINCT vm_id FROM incidents JOIN ledger ON incident_id = incidents.id
    WHERE ledger.body ->> '$.remedy' = ? AND ledger.body ->> '$.state' IN ('open', 'unknown')
    ORDER BY vm_id`,
  old: `SELECT id FROM incidents WHERE open = 0 AND body ->> '$.closedAt' < ?1
    AND NOT (${STILL_NEEDED}) ORDER BY opened_ms, sequence LIMIT ?2`,
  dropEvidence: "DELETE FROM evidence WHERE incident_id = ?",
  dropRestart: "DELETE FROM restarts WHERE incident_id = ?",
  dropLedger: "DELETE FROM ledger WHERE incident_id = ?",
  dropIncident: "DELETE FROM incidents WHERE id = ?",
  dropSignals: `DELETE FROM signals WHERE sequence IN (
    SELECT sequence FROM signals WHERE state <> 'pending' AND received_ms < ?1 LIMIT ?2)`,
} as const;

const idRow = z.object({ id: z.string() });
const vmRow = z.object({ vm_id: z.string() });

/** What the cleaner asks of the store, and has removed from it. */
export class CleaningRows {
  readonly #database: DatabaseSync;
  readonly #statements: Readonly<Record<keyof typeof STATEMENTS, StatementSync>>;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = {
      withSnapshot: database.prepare(STATEMENTS.withSnapshot),
      unfinished: database.prepare(STATEMENTS.unfinished),
      old: database.prepare(STATEMENTS.old),
      dropEvidence: database.prepare(STATEMENTS.dropEvidence),
      dropRestart: database.prepare(STATEMENTS.dropRestart),
      dropLedger: database.prepare(STATEMENTS.dropLedger),
      dropIncident: database.prepare(STATEMENTS.dropIncident),
      dropSignals: database.prepare(STATEMENTS.dropSignals),
    };
  }

  /** Rows of incidents; see `IncidentStore.incidentsWithSnapshot`. */
  withSnapshot(limit: number): readonly unknown[] {
    return this.#statements.withSnapshot.all(limit);
  }

  /** See `IncidentStore.vmsWithUnfinished`. */
  unfinished(remedy: RemedyKind): readonly string[] {
    return this.#statements.unfinished.all(remedy).map((row) => vmRow.parse(row).vm_id);
  }

  /** See `IncidentStore.forgetBefore`. */
  forget(instant: string, limit: number): Forgotten {
    const { old, dropEvidence, dropRestart, dropLedger, dropIncident, dropSignals } =
      this.#statements;
    return inTransaction(this.#database, () => {
      const ids = old.all(instant, limit).map((row) => idRow.parse(row).id);
      for (const id of ids) {
        for (const drop of [dropEvidence, dropRestart, dropLedger, dropIncident]) {
          drop.run(id);
        }
      }
      const { changes } = dropSignals.run(Date.parse(instant), limit);
      return { incidents: ids.length, signals: Number(changes) };
    });
  }
}
