import {
  LARGEST_EVIDENCE,
  type Evidence,
  type IncidentStore,
} from "../../shared/incidents/store.ts";

/**
 * Keeps what was seen with an incident; of what is too large, the last part. Key: incident and name: the same name again
 * replaces it. An incident that is not there keeps nothing.
 */
export async function keepEvidence(
  records: IncidentStore,
  incidentId: string,
  evidence: Evidence,
): Promise<void> {
  const bytes = evidence.bytes.subarray(-LARGEST_EVIDENCE);
  await records.writeEvidence(incidentId, { ...evidence, bytes });
}
