import type { BackupRecord, Incident } from "../domain/incident.ts";
import type { IncidentStore } from "./store.ts";

/** Puts on record that these snapshots are gone. */
export async function noteDeleted(
  records: IncidentStore,
  incidents: readonly Incident[],
  snapshotIds: ReadonlySet<string>,
): Promise<void> {
  for (const { id, backup } of incidents) {
    if (backup !== null && snapshotIds.has(backup.snapshotId.toLowerCase())) {
      const deleted: BackupRecord = { ...backup, state: "deleted" };
      await records.updateIncident(id, { backup: deleted });
    }
  }
}

/** The VMs of incidents that closed since the instant (ISO 8601 UTC), with the ids of their incidents, ended and open. */
export function recentVms(
  incidents: readonly Incident[],
  since: string,
): readonly {
  readonly vmId: string;
  readonly ended: readonly string[];
  readonly open: readonly string[];
}[] {
  const vmIds = incidents
    .filter(({ closedAt }) => closedAt === null || closedAt >= since)
    .map(({ vmId }) => vmId);
  return [...new Set(vmIds)].map((vmId) => {
    const ofVm = incidents.filter((incident) => incident.vmId === vmId);
    return {
      vmId,
      ended: ofVm.filter(({ closedAt }) => closedAt !== null).map(({ id }) => id),
      open: ofVm.filter(({ closedAt }) => closedAt === null).map(({ id }) => id),
    };
  });
}

/** Remedies after whose loss a dead-man's task may still be armed in Windows. */
const ARMING = new Set(["guestDhcp", "setAddresses", "restoreStatic"]);

/** Ended incidents of which nobody knows whether their dead-man's task is gone. */
export function armedTasks(incidents: readonly Incident[]): readonly Incident[] {
  return incidents.filter(
    ({ closedAt, ledger }) =>
      closedAt !== null &&
      ledger.some(({ remedy, state }) => ARMING.has(remedy) && state === "unknown"),
  );
}
