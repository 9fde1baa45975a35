import type { ComputeManagementClient, Disk, Snapshot } from "@azure/arm-compute";

import type { Azure } from "../azure/clients.ts";
import { unlessMissing } from "../azure/errors.ts";
import { pollComputeOperation, startOperation } from "../azure/operations.ts";
import type { OperationPoll } from "../azure/operations.ts";
import { AzureRequestError } from "../domain/errors.ts";
import type { AzureFacts } from "../domain/facts.ts";
import type { BackupRecord } from "../domain/incident.ts";
import { requireResourceId } from "../domain/resource-id.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import { DISK_TYPE, expiryOf, plannedSnapshot, type SnapshotRequest } from "./planned-snapshot.ts";
import { newTags, readTags } from "./snapshot-tags.ts";

/** Where a snapshot stands. */
export type SnapshotStep =
  | {
      readonly kind: "running";
      readonly record: BackupRecord;
      /** Empty where Azure's operation is not known: then the snapshot itself is looked at. */
      readonly operation: string;
      readonly retryAfterSeconds: number | null;
    }
  | { readonly kind: "complete"; readonly record: BackupRecord }
  | {
      readonly kind: "refused";
      readonly code: string;
      readonly message: string;
      readonly nextStep: string;
    };

type Refusal = Extract<SnapshotStep, { kind: "refused" }>;

const SNAPSHOT_TYPE = "microsoft.compute/snapshots";

/**
 * Starts an incremental snapshot of the OS disk beside the disk, tagged with the incident. Run twice it finds the first
 * one: the name follows from the incident.
 * @throws AzureRequestError for transient trouble, `retryable`.
 */
export async function startSnapshot(azure: Azure, request: SnapshotRequest): Promise<SnapshotStep> {
  const { vm } = request.facts;
  const planned = plannedSnapshot(request);
  if (vm.osDisk.kind !== "managed" || planned === null) {
    return {
      kind: "refused",
      code: "no-managed-disk",
      message: `The OS disk of VM ${vm.name} is ${vm.osDisk.kind}: no snapshot can be taken.`,
      nextStep: "Save what matters by hand, then follow the manual steps.",
    };
  }
  const disk = requireResourceId(vm.osDisk.id, DISK_TYPE);
  const client = await azure.compute(disk.subscriptionId);
  return await orRefused(async () => {
    const existing = await getSnapshot(client, { ...disk, name: planned.snapshotName });
    const found = existing === null ? null : stepOfExisting(existing, planned, request);
    return found ?? (await createSnapshot(client, disk, planned, request));
  });
}

/**
 * Looks once at a snapshot in the making.
 * @throws AzureRequestError if the look itself failed.
 */
export async function pollSnapshot(
  azure: Azure,
  record: BackupRecord,
  operation: string,
): Promise<SnapshotStep> {
  const snapshot = requireResourceId(record.snapshotId, SNAPSHOT_TYPE);
  if (operation === "") {
    return await lookAtSnapshot(azure, record, snapshot);
  }
  const tried = `take snapshot ${snapshot.name}`;
  const poll = await pollComputeOperation(azure, snapshot.subscriptionId, operation, tried);
  return stepOfPoll(poll, record, operation);
}

function stepOfPoll(poll: OperationPoll, record: BackupRecord, operation: string): SnapshotStep {
  switch (poll.kind) {
    case "running":
      return { ...poll, record, operation };
    case "succeeded":
      return { kind: "complete", record: { ...record, state: "complete" } };
    case "failed":
      return refusal("snapshot-failed", poll.message);
  }
}

async function lookAtSnapshot(
  azure: Azure,
  record: BackupRecord,
  id: ResourceId,
): Promise<SnapshotStep> {
  const found = await getSnapshot(await azure.compute(id.subscriptionId), id);
  switch (found?.provisioningState?.toLowerCase()) {
    case "succeeded":
      return { kind: "complete", record: { ...record, state: "complete" } };
    case undefined:
      return refusal("snapshot-missing", `The snapshot ${record.snapshotName} is gone.`);
    case "failed":
    case "canceled":
      return refusal(
        "snapshot-failed",
        `Azure could not complete snapshot ${record.snapshotName}.`,
      );
    default:
      return { kind: "running", record, operation: "", retryAfterSeconds: null };
  }
}

/** Null: an attempt of ours that failed, to be made again. */
function stepOfExisting(
  snapshot: Snapshot,
  planned: BackupRecord,
  request: SnapshotRequest,
): SnapshotStep | null {
  const tags = readTags(snapshot.tags);
  const name = snapshot.name ?? "";
  if (tags.incidentId !== request.incidentId) {
    return refusal("snapshot-name-taken", `A snapshot ${name} exists that is not this incident's.`);
  }
  const known = recordOfExisting(snapshot, planned);
  switch (snapshot.provisioningState?.toLowerCase()) {
    case "succeeded":
      return { kind: "complete", record: { ...known, state: "complete" } };
    case "failed":
    case "canceled":
      return null;
    case undefined:
    default:
      return { kind: "running", record: known, operation: "", retryAfterSeconds: null };
  }
}

/** The times of the one that exists count, not those of this attempt. */
function recordOfExisting(snapshot: Snapshot, record: BackupRecord): BackupRecord {
  return {
    ...record,
    createdAt: snapshot.timeCreated?.toISOString() ?? record.createdAt,
    expiresAt: readTags(snapshot.tags).expiresAt ?? record.expiresAt,
  };
}

async function createSnapshot(
  client: ComputeManagementClient,
  disk: ResourceId,
  planned: BackupRecord,
  request: SnapshotRequest,
): Promise<SnapshotStep> {
  const name = planned.snapshotName;
  const source = await unlessMissing(
    `read disk ${disk.name}`,
    async () => await client.disks.get(disk.resourceGroup, disk.name),
  );
  if (source === null) {
    return refusal("disk-missing", `The OS disk ${disk.name} does not exist.`);
  }
  const body = snapshotOf(source, request);
  const { operation, retryAfterSeconds } = await startOperation(`take snapshot ${name}`, () => ({
    poller: client.snapshots.createOrUpdate(disk.resourceGroup, name, body),
  }));
  return { kind: "running", record: planned, operation, retryAfterSeconds };
}

/**
 * An incremental snapshot that cannot be exported. No sku: Azure then takes zone-redundant storage where there is any. All
 * incremental snapshots of a disk share its disk encryption set. Source: disks-incremental-snapshots.
 */
function snapshotOf(disk: Disk, request: SnapshotRequest): Snapshot {
  const { facts, incidentId } = request;
  const encryption = disk.encryption?.diskEncryptionSetId === undefined ? {} : disk.encryption;
  return {
    location: disk.location,
    tags: newTags(incidentId, facts.vm.id, expiryOf(request)),
    creationData: {
      createOption: "Copy",
      sourceResourceId: disk.id ?? sourceIdOf(facts),
    },
    incremental: true,
    networkAccessPolicy: "DenyAll",
    publicNetworkAccess: "Disabled",
    ...(Object.keys(encryption).length === 0 ? {} : { encryption }),
    ...(disk.extendedLocation === undefined ? {} : { extendedLocation: disk.extendedLocation }),
  };
}

function sourceIdOf(facts: AzureFacts): string {
  return facts.vm.osDisk.kind === "managed" ? facts.vm.osDisk.id : "";
}

async function getSnapshot(
  client: ComputeManagementClient,
  id: ResourceId,
): Promise<Snapshot | null> {
  return await unlessMissing(
    `read snapshot ${id.name}`,
    async () => await client.snapshots.get(id.resourceGroup, id.name),
  );
}

async function orRefused(attempt: () => Promise<SnapshotStep>): Promise<SnapshotStep> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof AzureRequestError && !error.retryable) {
      const { message, nextStep } = error;
      return { kind: "refused", code: `snapshot-${error.code}`, message, nextStep };
    }
    throw error;
  }
}

function refusal(code: string, message: string): Refusal {
  return {
    kind: "refused",
    code,
    message,
    nextStep:
      "Look at the snapshot and the OS disk in Azure, take a snapshot by hand, and ask again.",
  };
}
