import type { LedgerEntry } from "../../shared/domain/incident.ts";
import type { IncidentStore } from "../../shared/incidents/store.ts";
import {
  progressOf,
  type DhcpProgress,
} from "../../shared/remedies/serial-console/dhcp-progress.ts";

/** How far the switch got, kept in what its ledger entry says of the state before. */
export class ProgressNote {
  readonly #records: IncidentStore;
  readonly #incidentId: string;
  readonly #entryId: string;

  constructor(records: IncidentStore, incidentId: string, entryId: string) {
    this.#records = records;
    this.#incidentId = incidentId;
    this.#entryId = entryId;
  }

  async read(): Promise<DhcpProgress> {
    return progressOf((await this.#entry())?.before);
  }

  async add(change: (progress: DhcpProgress) => DhcpProgress): Promise<void> {
    const entry = await this.#entry();
    if (entry !== undefined) {
      const before = change(progressOf(entry.before));
      await this.#records.writeLedger(this.#incidentId, { ...entry, before });
    }
  }

  async #entry(): Promise<LedgerEntry | undefined> {
    const incident = await this.#records.getIncident(this.#incidentId);
    return incident?.ledger.find(({ id }) => id === this.#entryId);
  }
}
