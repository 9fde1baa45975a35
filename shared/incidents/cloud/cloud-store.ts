import { StorageContainer } from "../../azure/storage/container.ts";
import type { StorageAccount } from "../../azure/storage/storage.ts";
import { StorageTable } from "../../azure/storage/table.ts";
import type { RemedyKind } from "../../domain/diagnosis.ts";
import type { Incident, LedgerEntry } from "../../domain/incident.ts";
import type { RestartSlot, VmSilence } from "../../domain/restart.ts";
import type { IndirectTarget, Signal, SignalState } from "../../domain/signal.ts";
import type { Silence } from "../../domain/silence.ts";
import type {
  Evidence,
  EvidenceEntry,
  Forgotten,
  IncidentPatch,
  IncidentQuery,
  IncidentStore,
  RestartRequest,
} from "../store.ts";
import { forgetIncidents, type IncidentRecords } from "./cleaning.ts";
import { CloudCounters } from "./counters.ts";
import { CloudEvidence } from "./evidence.ts";
import { CloudIncidents } from "./incidents.ts";
import { CLOUD_CONTAINER, type CLOUD_TABLES } from "./names.ts";
import { CloudRestarts } from "./restarts.ts";
import { CloudSignals } from "./signals.ts";
import { CloudSilences } from "./silences.ts";

/** What tests may choose. */
export interface CloudStoreOptions {
  /** Goes before the names of tables and container, for several stores in one account. @default none */
  readonly prefix?: string;
  /** Columns of 31,000 characters that an incident may take before it becomes a blob. @default 13: below 1 MiB with the others */
  readonly incidentColumns?: number;
}

/**
 * Opens the store in a storage account; nothing is asked of it yet, and several processes may have it open. Tables and
 * container are made on first use where they are missing.
 */
export function openCloudStore(
  account: StorageAccount,
  { prefix = "", incidentColumns = 13 }: CloudStoreOptions = {},
): IncidentStore {
  return new CloudStore(account, prefix, incidentColumns);
}

/** Every write is one transaction, or several of which each leaves a whole record. */
class CloudStore implements IncidentStore {
  readonly #signals: CloudSignals;
  readonly #incidents: CloudIncidents;
  readonly #evidence: CloudEvidence;
  readonly #silences: CloudSilences;
  readonly #restarts: CloudRestarts;
  readonly #counters: CloudCounters;
  readonly #records: IncidentRecords;

  constructor(account: StorageAccount, prefix: string, incidentColumns: number) {
    function table(name: (typeof CLOUD_TABLES)[number]): StorageTable {
      return new StorageTable(account, `${prefix}${name}`, name);
    }
    const blobs = new StorageContainer(account, `${prefix}${CLOUD_CONTAINER}`);
    const incidents = table("incidents");
    this.#signals = new CloudSignals(table("signals"), blobs);
    this.#incidents = new CloudIncidents(incidents, blobs, incidentColumns);
    this.#evidence = new CloudEvidence(blobs, this.#incidents);
    this.#silences = new CloudSilences(table("silences"));
    this.#restarts = new CloudRestarts(incidents, this.#incidents);
    this.#counters = new CloudCounters(table("counters"));
    this.#records = { table: incidents, blobs, restarts: this.#restarts };
  }

  async addSignal(signal: Signal): Promise<"added" | "known"> {
    return await this.#signals.add(signal);
  }

  async getSignal(id: string): Promise<Signal | undefined> {
    return await this.#signals.get(id);
  }

  async pendingSignals(vmId: string): Promise<readonly Signal[]> {
    return await this.#signals.pendingOfVm(vmId);
  }

  async pendingSignalsBefore(instant: string, limit: number): Promise<readonly Signal[]> {
    return await this.#signals.pendingBefore(instant, limit);
  }

  async pendingSignalsOfTarget(target: IndirectTarget): Promise<readonly Signal[]> {
    return await this.#signals.pendingOfTarget(target);
  }

  async setSignalVm(id: string, vmId: string, nicId: string | null): Promise<void> {
    await this.#signals.setVm(id, vmId, nicId);
  }

  async settleSignals(ids: readonly string[], state: SignalState): Promise<void> {
    await this.#signals.settle(ids, state);
  }

  async openIncident(incident: Incident): Promise<Incident> {
    return await this.#incidents.open(incident);
  }

  async getIncident(id: string): Promise<Incident | undefined> {
    return await this.#incidents.get(id);
  }

  async listIncidents(query: IncidentQuery): Promise<readonly Incident[]> {
    return await this.#incidents.list(query);
  }

  async updateIncident(id: string, patch: IncidentPatch): Promise<void> {
    await this.#incidents.update(id, patch);
  }

  async writeLedger(incidentId: string, entry: LedgerEntry): Promise<void> {
    await this.#incidents.writeLedger(incidentId, entry);
  }

  async writeEvidence(incidentId: string, evidence: Evidence): Promise<void> {
    await this.#evidence.write(incidentId, evidence);
  }

  async listEvidence(incidentId: string): Promise<readonly EvidenceEntry[]> {
    return await this.#evidence.list(incidentId);
  }

  async readEvidence(incidentId: string, name: string): Promise<Evidence | undefined> {
    return await this.#evidence.read(incidentId, name);
  }

  async countSilentRound(vmId: string, minute: number): Promise<Silence> {
    return await this.#silences.count(vmId, minute);
  }

  async markRaised(vmId: string, raised: number): Promise<void> {
    await this.#silences.markRaised(vmId, raised);
  }

  async endSilences(vmIds: readonly string[]): Promise<void> {
    await this.#silences.end(vmIds);
  }

  async silences(): Promise<readonly Silence[]> {
    return await this.#silences.all();
  }

  async takeRestart(request: RestartRequest): Promise<RestartSlot> {
    return await this.#restarts.take(request);
  }

  async silentVms(from: string): Promise<readonly VmSilence[]> {
    return await this.#incidents.silentVms(from);
  }

  async incidentsWithSnapshot(limit: number): Promise<readonly Incident[]> {
    return await this.#incidents.withSnapshot(limit);
  }

  async vmsWithUnfinished(remedy: RemedyKind): Promise<readonly string[]> {
    return await this.#incidents.unfinished(remedy);
  }

  async forgetBefore(instant: string, limit: number): Promise<Forgotten> {
    const incidents = await forgetIncidents(this.#records, instant, limit);
    return { incidents, signals: await this.#signals.forget(instant, limit) };
  }

  async count(counter: string): Promise<number> {
    return await this.#counters.count(counter);
  }

  async counters(): Promise<Readonly<Record<string, number>>> {
    return await this.#counters.all();
  }

  /** Nothing is held open. */
  async close(): Promise<void> {
    await Promise.resolve();
  }
}
