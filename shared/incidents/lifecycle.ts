import type { DiagnosisKind } from "../domain/diagnosis.ts";
import { DefectError } from "../domain/errors.ts";
import type { Incident, LedgerEntry } from "../domain/incident.ts";
import { INCIDENT_CLOSED } from "../domain/lifecycle-type.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { RunMode } from "../domain/signal.ts";

/** What an incident tried to change, without the state from before. */
interface LifecycleChange {
  readonly remedy: LedgerEntry["remedy"];
  readonly nicId: string;
  readonly state: LedgerEntry["state"];
}

/** What others are told about a closed incident: no claims, no callers, no words of operators. */
interface IncidentClosedData {
  readonly incidentId: string;
  readonly vmId: string;
  readonly vmName: string;
  readonly mode: RunMode;
  readonly openedAt: string;
  readonly closedAt: string;
  /** From opening to the first proof; null if nothing was proven. */
  readonly secondsToHeal: number | null;
  readonly outcome: Outcome;
  readonly diagnoses: readonly DiagnosisKind[];
  readonly changes: readonly LifecycleChange[];
  readonly snapshot: { readonly id: string; readonly expiresAt: string } | null;
}

/** A lifecycle event in the shape of CloudEvents 1.0 (JSON format). */
export interface LifecycleEvent {
  readonly specversion: "1.0";
  readonly type: typeof INCIDENT_CLOSED;
  readonly source: "/static-ip-remediator";
  /** The same each time when it is published again. */
  readonly id: string;
  /** The VM's id, in lower case. */
  readonly subject: string;
  /** ISO 8601 UTC. */
  readonly time: string;
  readonly datacontenttype: "application/json";
  readonly data: IncidentClosedData;
}

/**
 * The event that tells of an incident's end.
 * @throws DefectError `incident-open` if it has not ended.
 */
export function incidentClosedEvent(incident: Incident): LifecycleEvent {
  const { id, vmId, closedAt, outcome } = incident;
  if (closedAt === null || outcome === null) {
    throw new DefectError(`Incident ${id} is still open, so its end cannot be published.`, {
      code: "incident-open",
      nextStep: "Report this as a defect of the program.",
    });
  }
  return {
    specversion: "1.0",
    type: INCIDENT_CLOSED,
    source: "/static-ip-remediator",
    id: `${id}/closed`,
    subject: vmId,
    time: closedAt,
    datacontenttype: "application/json",
    data: {
      incidentId: id,
      vmId,
      vmName: incident.vmName,
      mode: incident.mode,
      openedAt: incident.openedAt,
      closedAt,
      secondsToHeal: secondsBetween(incident.openedAt, incident.provenAt),
      outcome,
      diagnoses: incident.diagnoses.map(({ kind }) => kind),
      changes: incident.ledger.map(({ remedy, nicId, state }) => ({ remedy, nicId, state })),
      snapshot: snapshotOf(incident),
    },
  };
}

function snapshotOf({ backup }: Incident): IncidentClosedData["snapshot"] {
  return backup === null || backup.state === "deleted"
    ? null
    : { id: backup.snapshotId, expiresAt: backup.expiresAt };
}

function secondsBetween(from: string, to: string | null): number | null {
  return to === null ? null : (Date.parse(to) - Date.parse(from)) / 1000;
}
