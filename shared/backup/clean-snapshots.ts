import type { Snapshot } from "@azure/arm-compute";

import type { Azure } from "../azure/clients.ts";
import { inWords } from "../azure/errors.ts";
import { AzureRequestError } from "../domain/errors.ts";
import type { BackupRecord, Incident } from "../domain/incident.ts";
import { requireResourceId, type ResourceId } from "../domain/resource-id.ts";
import { deleteSnapshot } from "./end-snapshot.ts";
import { isExpired, isNeedless } from "./needless.ts";
import { readTags } from "./snapshot-tags.ts";

/** What became of a snapshot, or what would in a dry run. */
export interface SnapshotFinding {
  readonly snapshotId: string;
  readonly snapshotName: string;
  /** The one that its tags name; null: Azure was not asked that far. */
  readonly incidentId: string | null;
  readonly what:
    | "deleted"
    | "wouldDelete"
    /** Somebody else deleted it. */
    | "gone"
    | "kept"
    /** It has our tag, but is not on record here: another installation's, or an older one's. */
    | "foreign"
    /** Azure did not let it be deleted, or did not tell. */
    | "failed"
    /** The round has deleted enough; the next one goes on. */
    | "later";
  /** One sentence for people. */
  readonly why: string;
}

/** What a round of cleaning goes by. */
export interface CleaningQuestion {
  /** Incidents whose snapshots are not on record as deleted, open ones too. */
  readonly incidents: readonly Incident[];
  /** ISO 8601 UTC. */
  readonly now: string;
  readonly dryRun: boolean;
}

interface Recorded {
  readonly incident: Incident;
  readonly record: BackupRecord;
}

/** A snapshot with our tag. */
interface Candidate {
  readonly snapshot: Snapshot;
  /** What is on record of it. */
  readonly known: Recorded | undefined;
  /** Whether the round has deleted enough. */
  readonly full: boolean;
}

const SNAPSHOT_TYPE = "microsoft.compute/snapshots";

/** Deletions in one round. */
const MOST_DELETIONS = 50;

/**
 * Deletes snapshots that are past their time, or were not needed. Only what carries this program's tag, is on record here,
 * and of which both name the same incident; everything else with the tag is told and left alone. One list per resource
 * group, with all its pages. Trouble in Azure is a finding, not an error.
 */
export async function cleanSnapshots(
  azure: Azure,
  question: CleaningQuestion,
): Promise<readonly SnapshotFinding[]> {
  const recorded = question.incidents.flatMap((incident) =>
    incident.backup === null ? [] : [{ incident, record: incident.backup }],
  );
  const findings: SnapshotFinding[] = [];
  for (const ofGroup of byGroup(recorded)) {
    findings.push(...(await cleanGroup(azure, ofGroup, { ...question, findings })));
  }
  return findings;
}

function byGroup(recorded: readonly Recorded[]): readonly (readonly Recorded[])[] {
  const groups = new Map<string, Recorded[]>();
  for (const each of recorded) {
    const { subscriptionId, resourceGroup } = idOf(each.record);
    const key = `${subscriptionId}/${resourceGroup}`.toLowerCase();
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()];
}

function idOf({ snapshotId }: BackupRecord): ResourceId {
  return requireResourceId(snapshotId, SNAPSHOT_TYPE);
}

async function cleanGroup(
  azure: Azure,
  recorded: readonly Recorded[],
  question: CleaningQuestion & { readonly findings: readonly SnapshotFinding[] },
): Promise<readonly SnapshotFinding[]> {
  const [first] = recorded;
  const listed = first === undefined ? [] : await listOurs(azure, idOf(first.record));
  if (listed instanceof AzureRequestError) {
    return recorded.map(({ incident, record }) =>
      finding(record, incident.id, "failed", listed.message),
    );
  }
  const findings: SnapshotFinding[] = [];
  for (const snapshot of listed) {
    const known = recorded.find(({ record }) => isSame(record, snapshot));
    const done = [...question.findings, ...findings].filter(({ what }) => what === "deleted");
    const full = done.length >= MOST_DELETIONS;
    findings.push(await cleanOne(azure, { snapshot, known, full }, question));
  }
  const gone = recorded.filter(({ record }) => !listed.some((each) => isSame(record, each)));
  return [
    ...findings,
    ...gone.map(({ incident, record }) =>
      finding(record, incident.id, "gone", "Somebody else deleted it."),
    ),
  ];
}

async function listOurs(
  azure: Azure,
  { subscriptionId, resourceGroup }: ResourceId,
): Promise<readonly Snapshot[] | AzureRequestError> {
  try {
    return await inWords(`list the snapshots of resource group ${resourceGroup}`, async () => {
      const client = await azure.compute(subscriptionId);
      const ours: Snapshot[] = [];
      for await (const snapshot of client.snapshots.listByResourceGroup(resourceGroup)) {
        if (readTags(snapshot.tags).incidentId !== null) {
          ours.push(snapshot);
        }
      }
      return ours;
    });
  } catch (error) {
    if (error instanceof AzureRequestError) {
      return error;
    }
    throw error;
  }
}

function isSame(record: BackupRecord, { id }: Snapshot): boolean {
  return id?.toLowerCase() === record.snapshotId.toLowerCase();
}

async function cleanOne(
  azure: Azure,
  candidate: Candidate,
  { now, dryRun }: CleaningQuestion,
): Promise<SnapshotFinding> {
  const { id: snapshotId = "", name: snapshotName = "", tags } = candidate.snapshot;
  const { incidentId } = readTags(tags);
  const shown = { snapshotId, snapshotName };
  const { what, why } = judge(candidate, now);
  if (what !== "delete" || incidentId === null) {
    return finding(shown, incidentId, what === "delete" ? "foreign" : what, why);
  }
  if (dryRun || candidate.full) {
    return finding(shown, incidentId, dryRun ? "wouldDelete" : "later", why);
  }
  return await remove(azure, shown, { incidentId, why });
}

/** What is to become of a snapshot with our tag; its tag `expiresOn` counts before the record, since people may change it. */
function judge(
  { snapshot, known }: Candidate,
  now: string,
): { readonly what: "foreign" | "kept" | "delete"; readonly why: string } {
  const { incidentId, expiresAt } = readTags(snapshot.tags);
  if (known === undefined || known.incident.id !== incidentId) {
    return { what: "foreign", why: "Its incident is not on record here." };
  }
  const until = expiresAt ?? known.record.expiresAt;
  if (known.incident.closedAt === null) {
    return { what: "kept", why: "Its incident is open." };
  }
  if (isExpired(until, now)) {
    return { what: "delete", why: `It expired on ${until}.` };
  }
  return isNeedless(known.incident)
    ? { what: "delete", why: "Its incident ended without a change." }
    : { what: "kept", why: `Until ${until}.` };
}

async function remove(
  azure: Azure,
  shown: Pick<BackupRecord, "snapshotId" | "snapshotName">,
  { incidentId, why }: { readonly incidentId: string; readonly why: string },
): Promise<SnapshotFinding> {
  try {
    await deleteSnapshot(azure, { snapshotId: shown.snapshotId, incidentId });
    return finding(shown, incidentId, "deleted", why);
  } catch (error) {
    if (error instanceof AzureRequestError) {
      return finding(shown, incidentId, "failed", `${error.message} ${error.nextStep}`);
    }
    throw error;
  }
}

function finding(
  { snapshotId, snapshotName }: Pick<BackupRecord, "snapshotId" | "snapshotName">,
  incidentId: string | null,
  what: SnapshotFinding["what"],
  why: string,
): SnapshotFinding {
  return { snapshotId, snapshotName, incidentId, what, why };
}
