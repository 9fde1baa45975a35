import { expect, it } from "vitest";

import { leftSnapshotRemark } from "../../shared/backup/left-snapshot.ts";
import type { LockFacts } from "../../shared/domain/facts.ts";
import type { BackupRecord } from "../../shared/domain/incident.ts";
import { SUBSCRIPTION, VM_ID } from "../builders.ts";

const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-harbour`;
const RECORD: BackupRecord = {
  snapshotId: `${GROUP}/providers/Microsoft.Compute/snapshots/sir-1`,
  snapshotName: "sir-1",
  createdAt: "2026-03-02T08:04:10.000Z",
  expiresAt: "2026-03-09T08:04:10.000Z",
  state: "complete",
};
const LOCKED = { code: "locked", message: "Cannot delete (409).", nextStep: "Remove the lock." };
const OF_VM: LockFacts = { name: "vm-lock", level: "CanNotDelete", scope: VM_ID };
const OF_GROUP: LockFacts = {
  name: "group-lock",
  level: "CanNotDelete",
  scope: GROUP.toUpperCase(),
};

it("names the lock that lies over the snapshot, its cost and its end", () => {
  const remark = leftSnapshotRemark(RECORD, LOCKED, { locks: [OF_VM, OF_GROUP], closing: null });

  expect(remark).toBe(
    `The needless snapshot sir-1 could not be deleted: the CanNotDelete lock "group-lock" on ${OF_GROUP.scope} forbids it. It is marked as closed and in no later run's way. It costs storage until somebody deletes it, at the latest when it expires on 2026-03-09T08:04:10.000Z. Remove the lock.`,
  );
});

it.each<[string, typeof LOCKED, readonly LockFacts[] | null]>([
  ["no lock is known", LOCKED, null],
  ["the known lock does not lie over it", LOCKED, [OF_VM]],
  ["it is no lock", { ...LOCKED, code: "forbidden" }, [OF_GROUP]],
])("gives Azure's own words where %s", (_title, trouble, locks) => {
  const remark = leftSnapshotRemark(RECORD, trouble, { locks, closing: null });

  expect(remark).toContain("could not be deleted: Cannot delete (409).");
});

it("says that the VM counts as held where it could not be marked either", () => {
  const closing = { ...LOCKED, message: "Cannot tag (403)." };

  const remark = leftSnapshotRemark(RECORD, LOCKED, { locks: [], closing });

  expect(remark).toContain("the VM counts as held for an hour: Cannot tag (403).");
});
