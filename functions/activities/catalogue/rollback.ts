import type { RollbackEntries } from "../../../shared/incidents/rollback.ts";
import type {
  RestorePoll,
  RestoreRequest,
} from "../../../shared/remedies/restore-static/restore-static.ts";
import type { ScriptStart } from "./guest.ts";

/** The way back from a heal. */
export interface RollbackActivities {
  readonly findRollback: {
    readonly input: {
      readonly vmId: string;
      /** The incident that is to be taken back. */
      readonly incidentId: string;
      /** The rollback's own one. */
      readonly ownIncidentId: string;
    };
    readonly output: RollbackEntries;
  };
  readonly startRestore: { readonly input: RestoreRequest; readonly output: ScriptStart };
  readonly pollRestore: {
    readonly input: { readonly vmId: string; readonly operation: string };
    readonly output: RestorePoll;
  };
}
