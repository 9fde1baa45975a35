import { z } from "zod";

import type { StorageContainer } from "../../azure/storage/container.ts";
import { quoted, type StorageTable, type StoredRow } from "../../azure/storage/table.ts";
import type { RemedyKind } from "../../domain/diagnosis.ts";
import { inParallel } from "../../domain/in-parallel.ts";
import type { Incident, LedgerEntry } from "../../domain/incident.ts";
import type { VmSilence } from "../../domain/restart.ts";
import type { IncidentPatch, IncidentQuery } from "../store.ts";
import { wholeIncidentFrom } from "../stored-values.ts";
import { CloudBodies, bodyGone } from "./body.ts";
import {
  hasSnapshot,
  homeKey,
  homeValues,
  idKey,
  incidentColumns,
  leadChanges,
  leadColumns,
  leads,
  vmKey,
} from "./incident-rows.ts";
import { keyPart, newestFirst, nextSequence, under } from "./keys.ts";
import { untilWritten } from "./retries.ts";

/** Rows that are read at a time. */
const READS = 8;

/** Incidents of which this process knows where their rows are. */
const KNOWN_HOMES = 500;

/** Reads of an incident whose text becomes another blob meanwhile. */
const READ_TRIES = 5;

const homeColumn = z.object({ home: z.string() });

/** An incident with what writing it again needs. */
interface Stored {
  readonly row: StoredRow;
  readonly incident: Incident;
}

/**
 * Incidents, each with its ledger in one row, all in one partition, so that the rows that lead to one are written in one
 * transaction with it. Keys:
 * - `i|OPENED|SEQUENCE|ID`: the incident, the newest first.
 * - `k|ID` and `v|VM|OPENED|SEQUENCE|ID`: where it is, by its id and its VM; until it is forgotten.
 * - those of `leads`: where it is while something holds.
 * - `x|ID`: see `Tombstones`.
 */
export class CloudIncidents {
  readonly #table: StorageTable;
  readonly #bodies: CloudBodies;
  readonly #homes = new Map<string, string>();

  /** `columns`: how many of its row an incident's text may take before it becomes a blob. */
  constructor(table: StorageTable, blobs: StorageContainer, columns: number) {
    this.#table = table;
    this.#bodies = new CloudBodies(blobs, columns);
  }

  /** See `IncidentStore.openIncident`. */
  async open(given: Incident): Promise<Incident> {
    const incident = { ...given, vmId: given.vmId.toLowerCase() };
    const { id, vmId } = incident;
    const body = await this.#bodies.pack(incident, folderOf(id));
    return await untilWritten(`incident ${id}`, async () => {
      const sequence = nextSequence();
      const lead = { home: homeKey(incident, sequence), id, vmId };
      const values = { ...homeValues(incident, sequence), ...body };
      const written = await this.#table.write([
        { kind: "insert", rowKey: idKey(id), values: lead },
        { kind: "insert", rowKey: lead.home, values },
        { kind: "insert", rowKey: vmKey(incident, sequence), values: lead },
        ...leadChanges(new Map(), leads(incident, sequence)),
      ]);
      if (written === "conflict") {
        return await this.get(id);
      }
      this.#keepHome(id, lead.home);
      return incident;
    });
  }

  async get(id: string): Promise<Incident | undefined> {
    return (await this.#stored(id))?.incident;
  }

  /** Whether there is an incident with that id. */
  async has(id: string): Promise<boolean> {
    return (await this.#home(id)) !== undefined;
  }

  /** See `IncidentStore.listIncidents`. */
  async list({ vmId, open, limit }: IncidentQuery): Promise<readonly Incident[]> {
    if (open === true) {
      const filter = vmId === undefined ? {} : { filter: `vmId eq ${quoted(vmId.toLowerCase())}` };
      const rows = await this.#table.list({ ...under("o"), ...filter });
      return await this.#read(rows, limit, ({ closedAt }) => closedAt === null);
    }
    if (vmId !== undefined) {
      const rows = await this.#table.list(under("v", keyPart(vmId.toLowerCase())));
      return await this.#read(rows, limit, (each) => open === undefined || each.closedAt !== null);
    }
    const filter = open === undefined ? {} : { filter: "open eq 'false'" };
    const rows = await this.#table.list({ ...under("i"), ...filter, limit });
    const incidents = await inParallel(rows, READS, async (row) => await this.#incident(row));
    return incidents.filter((incident) => incident !== undefined);
  }

  /** See `IncidentStore.updateIncident`. */
  async update(id: string, patch: IncidentPatch): Promise<void> {
    await this.#change(id, (stored) => {
      const { closedAt, outcome } = stored;
      const kept = closedAt === null ? {} : { closedAt, outcome };
      return { ...stored, ...patch, ...kept };
    });
  }

  /** See `IncidentStore.writeLedger`. */
  async writeLedger(id: string, entry: LedgerEntry): Promise<void> {
    await this.#change(id, (stored) => {
      const known = stored.ledger.some((each) => each.id === entry.id);
      const ledger = known
        ? stored.ledger.map((each) => (each.id === entry.id ? entry : each))
        : [...stored.ledger, entry];
      return { ...stored, ledger };
    });
  }

  /** See `IncidentStore.silentVms`. */
  async silentVms(from: string): Promise<readonly VmSilence[]> {
    const rows = await this.#table.list({
      from: "i|",
      // One that was opened at that very instant counts too.
      to: `i|${newestFirst(Date.parse(from))}}`,
      filter: `silentSince ge ${quoted(from)}`,
      select: ["vmId", "silentSince"],
    });
    const newest = new Map<string, string>();
    for (const row of rows) {
      const { vmId, silentSince } = silentColumns.parse(row);
      const known = newest.get(vmId);
      newest.set(vmId, known === undefined || known < silentSince ? silentSince : known);
    }
    return [...newest]
      .map(([vmId, since]) => ({ vmId, since }))
      .toSorted((one, other) => (one.vmId < other.vmId ? -1 : 1));
  }

  /** See `IncidentStore.incidentsWithSnapshot`. */
  async withSnapshot(limit: number): Promise<readonly Incident[]> {
    return await this.#read(await this.#table.list({ ...under("b"), limit }), limit, hasSnapshot);
  }

  /** See `IncidentStore.vmsWithUnfinished`. */
  async unfinished(remedy: RemedyKind): Promise<readonly string[]> {
    const rows = await this.#table.list({ ...under("u", keyPart(remedy)), select: ["vmId"] });
    return [...new Set(rows.map((row) => vmColumn.parse(row).vmId))].toSorted();
  }

  /** Where the row of an incident is; undefined: there is none. It never moves, so it is looked up once. */
  async #home(id: string): Promise<string | undefined> {
    const known = this.#homes.get(id);
    if (known !== undefined) {
      return known;
    }
    const row = await this.#table.get(idKey(id));
    if (row === undefined) {
      return undefined;
    }
    const { home } = homeColumn.parse(row);
    this.#keepHome(id, home);
    return home;
  }

  #keepHome(id: string, home: string): void {
    if (this.#homes.size >= KNOWN_HOMES) {
      this.#homes.clear();
    }
    this.#homes.set(id, home);
  }

  async #stored(id: string): Promise<Stored | undefined> {
    for (let tried = 0; tried < READ_TRIES; tried += 1) {
      const home = await this.#home(id);
      const row = home === undefined ? undefined : await this.#table.get(home);
      if (row === undefined) {
        // Forgotten since, and perhaps there again elsewhere.
        if (!this.#homes.delete(id)) {
          return undefined;
        }
      } else {
        const incident = await this.#parsed(row);
        if (incident !== undefined) {
          return { row, incident };
        }
      }
    }
    throw bodyGone(`incident ${id}`);
  }

  /** Incidents that rows lead to, in the order of the rows, as far as `wanted` still holds, at most `limit`. */
  async #read(
    rows: readonly StoredRow[],
    limit: number,
    wanted: (incident: Incident) => boolean,
  ): Promise<readonly Incident[]> {
    const found: Incident[] = [];
    for (let start = 0; start < rows.length && found.length < limit;) {
      const some = rows.slice(start, start + limit - found.length);
      const incidents = await inParallel(some, READS, async (row) => {
        const { home, id } = leadColumns.parse(row);
        const own = await this.#table.get(home);
        return own === undefined ? undefined : ((await this.#parsed(own)) ?? (await this.get(id)));
      });
      found.push(...incidents.filter((each) => each !== undefined).filter(wanted));
      start += some.length;
    }
    return found;
  }

  /** Undefined where it was forgotten since the row was read. */
  async #incident(row: StoredRow): Promise<Incident | undefined> {
    const { id } = incidentColumns.parse(row);
    return (await this.#parsed(row)) ?? (await this.get(id));
  }

  /** Undefined where the row's blob is gone: there is a newer row. */
  async #parsed(row: StoredRow): Promise<Incident | undefined> {
    const { id } = incidentColumns.parse(row);
    const body = await this.#bodies.unpack(row);
    return body === undefined ? undefined : wholeIncidentFrom({ id, body });
  }

  /** Changes an incident as it stands when nobody else changes it; an unknown one stays unknown. */
  async #change(id: string, change: (stored: Incident) => Incident): Promise<void> {
    await untilWritten(`incident ${id}`, async () => {
      const stored = await this.#stored(id);
      if (stored === undefined) {
        return "unknown";
      }
      const { row, incident } = stored;
      const { sequence } = incidentColumns.parse(row);
      const changed = change(incident);
      const body = await this.#bodies.pack(changed, folderOf(id));
      const values = { ...homeValues(changed, sequence), ...body };
      const written = await this.#table.write([
        { kind: "replace", rowKey: row.rowKey, values, etag: row.etag },
        ...leadChanges(leads(incident, sequence), leads(changed, sequence)),
      ]);
      if (written === "conflict") {
        return undefined;
      }
      await this.#bodies.drop(row);
      return "written";
    });
  }
}

const silentColumns = z.object({ vmId: z.string(), silentSince: z.string() });
const vmColumn = z.object({ vmId: z.string() });

/** Where the blobs of an incident are: its evidence, and its text where that is too long for a row. */
export function folderOf(id: string): string {
  return `incidents/${keyPart(id)}`;
}
