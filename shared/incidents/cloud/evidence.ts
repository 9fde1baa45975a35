import type { StorageContainer } from "../../azure/storage/container.ts";
import { isEvidenceName, requireKeepable } from "../evidence-name.ts";
import type { Evidence, EvidenceEntry } from "../store.ts";
import { folderOf, type CloudIncidents } from "./incidents.ts";

/** Evidence as blobs: `incidents/ID/evidence/NAME`. */
export class CloudEvidence {
  readonly #blobs: StorageContainer;
  readonly #incidents: CloudIncidents;

  constructor(blobs: StorageContainer, incidents: CloudIncidents) {
    this.#blobs = blobs;
    this.#incidents = incidents;
  }

  /** See `IncidentStore.writeEvidence`. */
  async write(incidentId: string, evidence: Evidence): Promise<void> {
    requireKeepable(evidence);
    if (await this.#incidents.has(incidentId)) {
      await this.#blobs.write(nameOf(incidentId, evidence.name), evidence);
    }
  }

  async list(incidentId: string): Promise<readonly EvidenceEntry[]> {
    const start = nameOf(incidentId, "");
    const entries = await this.#blobs.list(start);
    return entries.map(({ name, contentType, size }) => ({
      name: name.slice(start.length),
      contentType,
      size,
    }));
  }

  /** Nothing for a name that is no evidence's: it must not lead to another blob. */
  async read(incidentId: string, name: string): Promise<Evidence | undefined> {
    const blob = isEvidenceName(name)
      ? await this.#blobs.read(nameOf(incidentId, name))
      : undefined;
    return blob === undefined ? undefined : { name, ...blob };
  }
}

function nameOf(incidentId: string, name: string): string {
  return `${folderOf(incidentId)}/evidence/${name}`;
}
