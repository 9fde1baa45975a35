import type { DatabaseSync, StatementSync } from "node:sqlite";

import { z } from "zod";

import type { RestartSlot, VmSilence } from "../../domain/restart.ts";
import { AN_HOUR, HOUR_MS, LONGEST_MS } from "../restart-limits.ts";
import type { RestartRequest } from "../store.ts";
import { inTransaction } from "./schema.ts";

// The distance counts, so that a clock set back can neither stretch an hour nor end it.
const STATEMENTS = {
  own: "SELECT incident_id FROM restarts WHERE incident_id = ?",
  usedUp: `SELECT count(*) AS used FROM restarts
    WHERE subscription_id = ?1 AND abs(?2 - taken_ms) < ${HOUR_MS}`,
  underWay: `SELECT incident_id FROM restarts JOIN incidents ON id = incident_id
    WHERE subscription_id = ?1 AND open = 1 AND abs(?2 - taken_ms) < ${LONGEST_MS} LIMIT 1`,
  take: "INSERT INTO restarts (incident_id, subscription_id, taken_ms) VALUES (?1, ?2, ?3)",
  silent: `SELECT vm_id, max(body ->> '$.silentSince') AS since FROM incidents
    WHERE opened_ms >= ?1 AND body ->> '$.silentSince' >= ?2 GROUP BY vm_id ORDER BY vm_id`,
} as const;

const usedRow = z.object({ used: z.number() });
const incidentRow = z.object({ incident_id: z.string() });
const silentRow = z.object({ vm_id: z.string(), since: z.string() });

/** The restarts of incidents, one row each, and the silences that speak against one. */
export class RestartRows {
  readonly #database: DatabaseSync;
  readonly #statements: Readonly<Record<keyof typeof STATEMENTS, StatementSync>>;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = {
      own: database.prepare(STATEMENTS.own),
      usedUp: database.prepare(STATEMENTS.usedUp),
      underWay: database.prepare(STATEMENTS.underWay),
      take: database.prepare(STATEMENTS.take),
      silent: database.prepare(STATEMENTS.silent),
    };
  }

  /** See `IncidentStore.takeRestart`. */
  take({ incidentId, subscriptionId, now }: RestartRequest): RestartSlot {
    const { own, usedUp, underWay, take } = this.#statements;
    const subscription = subscriptionId.toLowerCase();
    const instant = Date.parse(now);
    return inTransaction(this.#database, (): RestartSlot => {
      if (own.get(incidentId) !== undefined) {
        return { kind: "taken" };
      }
      if (usedRow.parse(usedUp.get(subscription, instant)).used >= AN_HOUR) {
        return { kind: "used-up" };
      }
      const other = underWay.get(subscription, instant);
      if (other !== undefined) {
        return { kind: "busy", incidentId: incidentRow.parse(other).incident_id };
      }
      take.run(incidentId, subscription, instant);
      return { kind: "taken" };
    });
  }

  /** See `IncidentStore.silentVms`. */
  silent(from: string): readonly VmSilence[] {
    const rows = this.#statements.silent.all(Date.parse(from), from);
    return rows.map((row) => {
      const { vm_id: vmId, since } = silentRow.parse(row);
      return { vmId, since };
    });
  }
}
