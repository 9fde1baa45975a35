import type { LockFacts } from "../domain/facts.ts";
import type { BackupRecord } from "../domain/incident.ts";
import { liesIn } from "../domain/resource-id.ts";

/** Why Azure did not end a snapshot, in words. */
interface Trouble {
  /** `locked` where a management lock forbids it. */
  readonly code: string;
  readonly message: string;
  readonly nextStep: string;
}

/** What a person should know of a needless snapshot that Azure does not delete; `closing`: why it could not be marked either. */
export function leftSnapshotRemark(
  record: BackupRecord,
  trouble: Trouble,
  { locks, closing }: { locks: readonly LockFacts[] | null; closing: Trouble | null },
): string {
  const lock =
    trouble.code === "locked" ? locks?.find(({ scope }) => liesIn(record.snapshotId, scope)) : null;
  const why =
    lock === undefined || lock === null
      ? trouble.message
      : `the ${lock.level} lock "${lock.name}" on ${lock.scope} forbids it.`;
  const mark =
    closing === null
      ? "It is marked as closed and in no later run's way."
      : `Nor could it be marked as closed, so the VM counts as held for an hour: ${closing.message}`;
  return [
    `The needless snapshot ${record.snapshotName} could not be deleted: ${why}`,
    mark,
    `It costs storage until somebody deletes it, at the latest when it expires on ${record.expiresAt}.`,
    trouble.nextStep,
  ].join(" ");
}
