import type { DatabaseSync, StatementSync } from "node:sqlite";

import type { RemedyKind } from "../../domain/diagnosis.ts";
import type { Incident, LedgerEntry } from "../../domain/incident.ts";
import type { RestartSlot, VmSilence } from "../../domain/restart.ts";
import { targetText } from "../../domain/signal.ts";
import type { IndirectTarget, Signal, SignalState } from "../../domain/signal.ts";
import type { Silence } from "../../domain/silence.ts";
import { requireKeepable } from "../evidence-name.ts";
import type {
  Evidence,
  EvidenceEntry,
  Forgotten,
  IncidentPatch,
  IncidentQuery,
  IncidentStore,
  RestartRequest,
} from "../store.ts";
import {
  counterRow,
  entryFrom,
  evidenceEntryFrom,
  evidenceFrom,
  incidentFrom,
  signalFrom,
  silenceFrom,
} from "../stored-values.ts";
import { CleaningRows } from "./cleaning.ts";
import { RestartRows } from "./restarts.ts";
import { inTransaction, openDatabase } from "./schema.ts";

const SIGNAL_COLUMNS = "id, vm_id, state_body, body";

const STATEMENTS = {
  addSignal: `INSERT INTO signals (id, vm_id, received_ms, state, state_body, body)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  getSignal: `SELECT ${SIGNAL_COLUMNS} FROM signals WHERE id = ?`,
  pendingOfVm: `SELECT ${SIGNAL_COLUMNS} FROM signals
    WHERE state = 'pending' AND vm_id = ? ORDER BY sequence`,
  pendingOfTarget: `SELECT ${SIGNAL_COLUMNS} FROM signals
    WHERE state = 'pending' AND vm_id IS NULL AND body ->> '$.target.kind' = ?
    AND coalesce(body ->> '$.target.nicId', body ->> '$.target.address', body ->> '$.target.computer') = ?
    ORDER BY sequence`,
  pendingBefore: `SELECT ${SIGNAL_COLUMNS} FROM signals
    WHERE state = 'pending' AND received_ms < ? ORDER BY received_ms, sequence LIMIT ?`,
  setSignalVm: `UPDATE signals SET vm_id = ?1,
    body = iif(?2 IS NULL, body, json_set(body, '$.nicId', ?2)) WHERE id = ?3`,
  settleSignal: `UPDATE signals SET state = ?1, state_body = ?2
    WHERE id = ?3 AND state = 'pending'`,
  openIncident: `INSERT INTO incidents (id, vm_id, opened_ms, open, body)
    VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  getIncident: "SELECT id, body FROM incidents WHERE id = ?",
  listIncidents: `SELECT id, body FROM incidents
    WHERE (?1 IS NULL OR vm_id = ?1) AND (?2 IS NULL OR open = ?2)
    ORDER BY opened_ms DESC, sequence DESC LIMIT ?3`,
  updateIncident: "UPDATE incidents SET open = ?, body = ? WHERE id = ?",
  getLedger: "SELECT entry_id AS id, body FROM ledger WHERE incident_id = ? ORDER BY sequence",
  writeLedger: `INSERT INTO ledger (incident_id, entry_id, body)
    SELECT id, ?2, ?3 FROM incidents WHERE id = ?1
    ON CONFLICT (incident_id, entry_id) DO UPDATE SET body = excluded.body`,
  writeEvidence: `INSERT INTO evidence (incident_id, name, content_type, bytes)
    SELECT id, ?2, ?3, ?4 FROM incidents WHERE id = ?1
    ON CONFLICT (incident_id, name) DO UPDATE
    SET content_type = excluded.content_type, bytes = excluded.bytes`,
  listEvidence: `SELECT name, content_type, length(bytes) AS size FROM evidence
    WHERE incident_id = ? ORDER BY name`,
  readEvidence: "SELECT name, content_type, bytes FROM evidence WHERE incident_id = ? AND name = ?",
  countSilentRound: `INSERT INTO silences (vm_id, first_minute, last_minute, rounds, raised)
    VALUES (?1, ?2, ?2, 1, 0) ON CONFLICT (vm_id) DO UPDATE
    SET last_minute = ?2, rounds = rounds + 1 WHERE last_minute < ?2`,
  markRaised: "UPDATE silences SET raised = ?2, rounds = 0 WHERE vm_id = ?1 AND raised < ?2",
  endSilence: "DELETE FROM silences WHERE vm_id = ?",
  silenceOf: "SELECT * FROM silences WHERE vm_id = ?",
  silences: "SELECT * FROM silences ORDER BY vm_id",
  count: `INSERT INTO counters (name, value) VALUES (?, 1)
    ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING name, value`,
  counters: "SELECT name, value FROM counters ORDER BY name",
} as const;

type Statements = Readonly<Record<keyof typeof STATEMENTS, StatementSync>>;

/**
 * Opens the store in a SQLite file, which is created if it is missing; several processes may have it open.
 * @throws ConfigurationError `store-unusable` if the file is of a newer version, or not a store's.
 */
export async function openSqliteStore(file: string): Promise<IncidentStore> {
  return new SqliteStore(openDatabase(file));
}

/** Every method is one transaction, and done when its promise is. */
class SqliteStore implements IncidentStore {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #restarts: RestartRows;
  readonly #cleaning: CleaningRows;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#restarts = new RestartRows(database);
    this.#cleaning = new CleaningRows(database);
    this.#statements = prepareAll(database);
  }

  async addSignal(signal: Signal): Promise<"added" | "known"> {
    const { state, ...body } = signal;
    const { changes } = this.#statements.addSignal.run(
      signal.id,
      signal.vmId?.toLowerCase() ?? null,
      Date.parse(signal.receivedAt),
      state.kind,
      JSON.stringify(state),
      JSON.stringify(body),
    );
    return changes === 0 ? "known" : "added";
  }

  async getSignal(id: string): Promise<Signal | undefined> {
    const row = this.#statements.getSignal.get(id);
    return row === undefined ? undefined : signalFrom(row);
  }

  async pendingSignals(vmId: string): Promise<readonly Signal[]> {
    return this.#statements.pendingOfVm.all(vmId.toLowerCase()).map(signalFrom);
  }

  async pendingSignalsBefore(instant: string, limit: number): Promise<readonly Signal[]> {
    return this.#statements.pendingBefore.all(Date.parse(instant), limit).map(signalFrom);
  }

  async pendingSignalsOfTarget(target: IndirectTarget): Promise<readonly Signal[]> {
    const { pendingOfTarget } = this.#statements;
    return pendingOfTarget.all(target.kind, targetText(target).toLowerCase()).map(signalFrom);
  }

  async setSignalVm(id: string, vmId: string, nicId: string | null): Promise<void> {
    this.#statements.setSignalVm.run(vmId.toLowerCase(), nicId?.toLowerCase() ?? null, id);
  }

  async settleSignals(ids: readonly string[], state: SignalState): Promise<void> {
    inTransaction(this.#database, () => {
      for (const id of ids) {
        this.#statements.settleSignal.run(state.kind, JSON.stringify(state), id);
      }
    });
  }

  async openIncident(incident: Incident): Promise<Incident> {
    return inTransaction(this.#database, () => {
      const { ledger, ...rest } = incident;
      const body = { ...rest, vmId: incident.vmId.toLowerCase() };
      const { changes } = this.#statements.openIncident.run(
        incident.id,
        body.vmId,
        Date.parse(incident.openedAt),
        incident.closedAt === null ? 1 : 0,
        JSON.stringify(body),
      );
      for (const entry of changes === 0 ? [] : ledger) {
        this.#statements.writeLedger.run(incident.id, entry.id, JSON.stringify(entry));
      }
      return this.#read(incident.id) ?? incident;
    });
  }

  async getIncident(id: string): Promise<Incident | undefined> {
    return this.#read(id);
  }

  async listIncidents({ vmId, open, limit }: IncidentQuery): Promise<readonly Incident[]> {
    const rows = this.#statements.listIncidents.all(
      vmId?.toLowerCase() ?? null,
      open === undefined ? null : Number(open),
      limit,
    );
    return rows.map((row) => this.#withLedger(incidentFrom(row)));
  }

  async updateIncident(id: string, patch: IncidentPatch): Promise<void> {
    inTransaction(this.#database, () => {
      const row = this.#statements.getIncident.get(id);
      if (row === undefined) {
        return;
      }
      const stored = incidentFrom(row);
      const { closedAt, outcome } = stored;
      const kept = closedAt === null ? {} : { closedAt, outcome };
      const updated = { ...stored, ...patch, ...kept };
      const open = updated.closedAt === null ? 1 : 0;
      this.#statements.updateIncident.run(open, JSON.stringify(updated), id);
    });
  }

  async writeLedger(incidentId: string, entry: LedgerEntry): Promise<void> {
    this.#statements.writeLedger.run(incidentId, entry.id, JSON.stringify(entry));
  }

  async writeEvidence(incidentId: string, evidence: Evidence): Promise<void> {
    requireKeepable(evidence);
    const { name, contentType, bytes } = evidence;
    this.#statements.writeEvidence.run(incidentId, name, contentType, bytes);
  }

  async listEvidence(incidentId: string): Promise<readonly EvidenceEntry[]> {
    return this.#statements.listEvidence.all(incidentId).map(evidenceEntryFrom);
  }

  async readEvidence(incidentId: string, name: string): Promise<Evidence | undefined> {
    const row = this.#statements.readEvidence.get(incidentId, name);
    return row === undefined ? undefined : evidenceFrom(row);
  }

  async countSilentRound(vmId: string, minute: number): Promise<Silence> {
    const id = vmId.toLowerCase();
    return inTransaction(this.#database, () => {
      this.#statements.countSilentRound.run(id, minute);
      return silenceFrom(this.#statements.silenceOf.get(id));
    });
  }

  async markRaised(vmId: string, raised: number): Promise<void> {
    this.#statements.markRaised.run(vmId.toLowerCase(), raised);
  }

  async endSilences(vmIds: readonly string[]): Promise<void> {
    inTransaction(this.#database, () => {
      for (const vmId of vmIds) {
        this.#statements.endSilence.run(vmId.toLowerCase());
      }
    });
  }

  async silences(): Promise<readonly Silence[]> {
    return this.#statements.silences.all().map(silenceFrom);
  }

  async takeRestart(request: RestartRequest): Promise<RestartSlot> {
    return this.#restarts.take(request);
  }

  async silentVms(from: string): Promise<readonly VmSilence[]> {
    return this.#restarts.silent(from);
  }

  async incidentsWithSnapshot(limit: number): Promise<readonly Incident[]> {
    return this.#cleaning.withSnapshot(limit).map((row) => this.#withLedger(incidentFrom(row)));
  }

  async vmsWithUnfinished(remedy: RemedyKind): Promise<readonly string[]> {
    return this.#cleaning.unfinished(remedy);
  }

  async forgetBefore(instant: string, limit: number): Promise<Forgotten> {
    return this.#cleaning.forget(instant, limit);
  }

  async count(counter: string): Promise<number> {
    return counterRow.parse(this.#statements.count.get(counter)).value;
  }

  async counters(): Promise<Readonly<Record<string, number>>> {
    const rows = this.#statements.counters.all().map((row) => counterRow.parse(row));
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) {
      this.#database.close();
    }
  }

  #read(id: string): Incident | undefined {
    const row = this.#statements.getIncident.get(id);
    return row === undefined ? undefined : this.#withLedger(incidentFrom(row));
  }

  #withLedger(incident: Omit<Incident, "ledger">): Incident {
    return { ...incident, ledger: this.#statements.getLedger.all(incident.id).map(entryFrom) };
  }
}

function prepareAll(database: DatabaseSync): Statements {
  const { addSignal, getSignal, setSignalVm, settleSignal } = STATEMENTS;
  const { pendingOfVm, pendingOfTarget, pendingBefore } = STATEMENTS;
  const { openIncident, getIncident, listIncidents, updateIncident } = STATEMENTS;
  const { getLedger, writeLedger, count, counters } = STATEMENTS;
  const { writeEvidence, listEvidence, readEvidence } = STATEMENTS;
  const { countSilentRound, markRaised, endSilence, silenceOf, silences } = STATEMENTS;
  return {
    addSignal: database.prepare(addSignal),
    getSignal: database.prepare(getSignal),
    pendingOfVm: database.prepare(pendingOfVm),
    pendingOfTarget: database.prepare(pendingOfTarget),
    pendingBefore: database.prepare(pendingBefore),
    setSignalVm: database.prepare(setSignalVm),
    settleSignal: database.prepare(settleSignal),
    openIncident: database.prepare(openIncident),
    getIncident: database.prepare(getIncident),
    listIncidents: database.prepare(listIncidents),
    updateIncident: database.prepare(updateIncident),
    getLedger: database.prepare(getLedger),
    writeLedger: database.prepare(writeLedger),
    writeEvidence: database.prepare(writeEvidence),
    listEvidence: database.prepare(listEvidence),
    readEvidence: database.prepare(readEvidence),
    countSilentRound: database.prepare(countSilentRound),
    markRaised: database.prepare(markRaised),
    endSilence: database.prepare(endSilence),
    silenceOf: database.prepare(silenceOf),
    silences: database.prepare(silences),
    count: database.prepare(count),
    counters: database.prepare(counters),
  };
}
