import type { AzureFacts } from "../domain/facts.ts";
import type { BackupRecord } from "../domain/incident.ts";
import { requireResourceId } from "../domain/resource-id.ts";
import { snapshotNameOf } from "./snapshot-tags.ts";

/** What a snapshot is asked for. */
export interface SnapshotRequest {
  readonly facts: AzureFacts;
  readonly incidentId: string;
  /** ISO 8601 UTC; the time from which `days` counts. */
  readonly now: string;
  /** How long it is to be kept. */
  readonly days: number;
}

export const DISK_TYPE = "microsoft.compute/disks";
const DAY_MILLISECONDS = 86_400_000;

/**
 * The record of the snapshot that a request makes, known before Azure is asked: name and id follow from incident and
 * disk. Null where the OS disk is no managed one.
 */
export function plannedSnapshot(request: SnapshotRequest): BackupRecord | null {
  const { vm } = request.facts;
  if (vm.osDisk.kind !== "managed") {
    return null;
  }
  const { subscriptionId, resourceGroup } = requireResourceId(vm.osDisk.id, DISK_TYPE);
  const name = snapshotNameOf(request.incidentId, vm.name);
  return {
    snapshotId: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/snapshots/${name}`,
    snapshotName: name,
    createdAt: request.now,
    expiresAt: expiryOf(request),
    state: "creating",
  };
}

/** Until when the snapshot of a request is to be kept, ISO 8601 UTC. */
export function expiryOf({ now, days }: Pick<SnapshotRequest, "now" | "days">): string {
  return new Date(Date.parse(now) + days * DAY_MILLISECONDS).toISOString();
}
