import { createHash } from "node:crypto";

/** Value of the tag `createdBy` on everything this program makes. */
const CREATED_BY = "static-ip-remediator";

/** What the tags of a snapshot say. */
export interface SnapshotTags {
  /** The incident that made it; null if this program did not. */
  readonly incidentId: string | null;
  /** ISO 8601 UTC; null if there is none. */
  readonly expiresAt: string | null;
  /** Whether the run that made it has ended. */
  readonly closed: boolean;
}

/** Tags for a new snapshot. The VM's id may be longer than a tag's 256 characters, so its digest stands for it. */
export function newTags(
  incidentId: string,
  vmId: string,
  expiresAt: string,
): Record<string, string> {
  return {
    createdBy: CREATED_BY,
    incidentId,
    vmIdHash: digest(vmId.toLowerCase()),
    expiresOn: expiresAt,
  };
}

/** Reads a snapshot's tags. */
export function readTags(tags: Readonly<Record<string, string>> | undefined): SnapshotTags {
  const ours = tags?.["createdBy"] === CREATED_BY;
  return {
    incidentId: ours ? (tags["incidentId"] ?? null) : null,
    expiresAt: tags?.["expiresOn"] ?? null,
    closed: tags?.["closed"] !== undefined,
  };
}

/** Name of an incident's snapshot: the same each time, at most 80 characters, of letters, digits, `_` and `-`. */
export function snapshotNameOf(incidentId: string, vmName: string): string {
  const readable = vmName.replaceAll(/[^\w-]/gu, "-").slice(0, 40);
  return `sir-${readable}-${digest(incidentId).slice(0, 16)}`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
