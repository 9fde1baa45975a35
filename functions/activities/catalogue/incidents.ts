import type { Incident, LedgerEntry } from "../../../shared/domain/incident.ts";
import type { RunScope } from "../../../shared/domain/signal.ts";
import type { IncidentPatch } from "../../../shared/incidents/store.ts";

/** The record of a run. */
export interface IncidentActivities {
  readonly openIncident: {
    readonly input: { readonly incident: Incident; readonly scope: RunScope };
    readonly output: null;
  };
  readonly saveIncident: {
    readonly input: { readonly incidentId: string; readonly patch: IncidentPatch };
    readonly output: null;
  };
  readonly writeLedger: {
    readonly input: { readonly incidentId: string; readonly entry: LedgerEntry };
    readonly output: null;
  };
  readonly closeIncident: {
    readonly input: {
      readonly incidentId: string;
      readonly patch: IncidentPatch;
      readonly scope: RunScope;
    };
    readonly output: {
      /** Whether signals are left which this run does not answer. */
      readonly morePending: boolean;
      /** Whether somebody wants to be told of the end; left out: nobody. */
      readonly tell?: boolean;
    };
  };
}
