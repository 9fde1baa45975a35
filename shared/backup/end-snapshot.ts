import type { ComputeManagementClient, Snapshot } from "@azure/arm-compute";

import type { Azure } from "../azure/clients.ts";
import { unlessMissing } from "../azure/errors.ts";
import { startOperation } from "../azure/operations.ts";
import { AzureRequestError } from "../domain/errors.ts";
import { requireResourceId } from "../domain/resource-id.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import { readTags } from "./snapshot-tags.ts";

/** Which snapshot of which incident. */
export interface OwnedSnapshot {
  readonly snapshotId: string;
  readonly incidentId: string;
}

/** What ending a snapshot gave; `not-ours`: its tags name another owner, and it was left alone. */
export type SnapshotEnd = "done" | "absent" | "not-ours";

const SNAPSHOT_TYPE = "microsoft.compute/snapshots";

/**
 * Deletes an incident's snapshot; Azure completes it by itself. Run twice it finds nothing.
 * @throws AzureRequestError if Azure does not let it.
 */
export async function deleteSnapshot(azure: Azure, owned: OwnedSnapshot): Promise<SnapshotEnd> {
  return await withOwn(azure, owned, async (client, id) => {
    await orLater(`delete snapshot ${id.name}`, () => ({
      poller: client.snapshots.delete(id.resourceGroup, id.name),
    }));
  });
}

/** Starts an operation; one that Azure cannot take on yet is retryable. */
async function orLater(...[tried, begin]: Parameters<typeof startOperation>): Promise<void> {
  try {
    await startOperation(tried, begin);
  } catch (error) {
    throw isStillBusy(error) ? laterOn(error) : error;
  }
}

/** A snapshot in the making may not be deleted or tagged yet; a lock would forbid it for good. */
function isStillBusy(error: unknown): error is AzureRequestError {
  return error instanceof AzureRequestError && error.status === 409 && error.code !== "locked";
}

function laterOn(error: AzureRequestError): AzureRequestError {
  const { message, code, nextStep, status, azureCode, retryAfterSeconds, requestId } = error;
  return new AzureRequestError(message, {
    code,
    nextStep,
    status,
    azureCode,
    retryAfterSeconds,
    requestId,
    retryable: true,
    cause: error,
  });
}

/**
 * Tags an incident's snapshot as `closed`, so that the VM is free for the next run; the snapshot stays. Run twice it
 * changes nothing. `now` is ISO 8601 UTC.
 * @throws AzureRequestError if Azure does not let it.
 */
export async function closeSnapshot(
  azure: Azure,
  owned: OwnedSnapshot,
  now: string,
): Promise<SnapshotEnd> {
  return await withOwn(azure, owned, async (client, id, snapshot) => {
    if (readTags(snapshot.tags).closed) {
      return;
    }
    // A PATCH replaces all tags, so the others go along.
    const tags = { ...snapshot.tags, closed: now };
    await orLater(`tag snapshot ${id.name}`, () => ({
      poller: client.snapshots.update(id.resourceGroup, id.name, { tags }),
    }));
  });
}

async function withOwn(
  azure: Azure,
  { snapshotId, incidentId }: OwnedSnapshot,
  work: (client: ComputeManagementClient, id: ResourceId, snapshot: Snapshot) => Promise<void>,
): Promise<SnapshotEnd> {
  const id = requireResourceId(snapshotId, SNAPSHOT_TYPE);
  const client = await azure.compute(id.subscriptionId);
  const snapshot = await unlessMissing(
    `read snapshot ${id.name}`,
    async () => await client.snapshots.get(id.resourceGroup, id.name),
  );
  if (snapshot === null) {
    return "absent";
  }
  if (readTags(snapshot.tags).incidentId !== incidentId) {
    return "not-ours";
  }
  return (
    (await unlessMissing(`end snapshot ${id.name}`, async () => {
      await work(client, id, snapshot);
      return "done" as const;
    })) ?? "absent"
  );
}
