import type { Snapshot } from "@azure/arm-compute";

import type { Azure } from "../azure/clients.ts";
import { inWords } from "../azure/errors.ts";
import type { AzureFacts } from "../domain/facts.ts";
import { requireResourceId } from "../domain/resource-id.ts";
import { readTags } from "./snapshot-tags.ts";

/** Another run of this program that holds the VM. */
export interface OtherRun {
  readonly incidentId: string;
  readonly snapshotName: string;
}

const DISK_TYPE = "microsoft.compute/disks";
/** A run that has not closed its snapshot by then has died. */
const HOLD_MILLISECONDS = 3_600_000;

/**
 * Looks for another run: a snapshot of this OS disk with our tag, of another incident, younger than an hour and not
 * closed. One list request. `now` is ISO 8601 UTC.
 * @throws AzureRequestError if Azure does not tell.
 */
export async function otherRun(
  azure: Azure,
  facts: AzureFacts,
  incidentId: string,
  now: string,
): Promise<OtherRun | null> {
  if (facts.vm.osDisk.kind !== "managed") {
    return null;
  }
  const disk = requireResourceId(facts.vm.osDisk.id, DISK_TYPE);
  const client = await azure.compute(disk.subscriptionId);
  const diskId = facts.vm.osDisk.id.toLowerCase();
  return await inWords(`list the snapshots of resource group ${disk.resourceGroup}`, async () => {
    for await (const snapshot of client.snapshots.listByResourceGroup(disk.resourceGroup)) {
      const other = holderOf(snapshot, diskId, now);
      if (other !== null && other.incidentId !== incidentId) {
        return other;
      }
    }
    return null;
  });
}

function holderOf(snapshot: Snapshot, diskId: string, now: string): OtherRun | null {
  const { incidentId, closed } = readTags(snapshot.tags);
  if (incidentId === null || closed || isOld(snapshot, now)) {
    return null;
  }
  const ofDisk = snapshot.creationData?.sourceResourceId?.toLowerCase() === diskId;
  return ofDisk ? { incidentId, snapshotName: snapshot.name ?? "" } : null;
}

/** One without a time is being made just now. */
function isOld({ timeCreated }: Snapshot, now: string): boolean {
  return timeCreated !== undefined && Date.parse(now) - timeCreated.getTime() >= HOLD_MILLISECONDS;
}
