import type { SnapshotStep } from "../../../shared/backup/snapshot.ts";
import type { AzureFacts } from "../../../shared/domain/facts.ts";
import type { BackupRecord } from "../../../shared/domain/incident.ts";

/** The snapshot of the OS disk. */
export interface BackupActivities {
  readonly startSnapshot: {
    readonly input: {
      readonly facts: AzureFacts;
      readonly incidentId: string;
      readonly openedAt: string;
    };
    readonly output: SnapshotStep;
  };
  readonly pollSnapshot: {
    readonly input: { readonly record: BackupRecord; readonly operation: string };
    readonly output: SnapshotStep;
  };
  readonly findOtherRun: {
    readonly input: { readonly facts: AzureFacts; readonly incidentId: string };
    readonly output: { readonly incidentId: string; readonly snapshotName: string } | null;
  };
  readonly dropSnapshot: {
    readonly input: { readonly incidentId: string; readonly record: BackupRecord };
    readonly output: null;
  };
  readonly closeSnapshot: {
    readonly input: { readonly incidentId: string; readonly record: BackupRecord };
    readonly output: null;
  };
}
