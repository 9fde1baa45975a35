import { dropped, healed, untouched, type FaultRow } from "./fault-row.ts";

const PUT = { operation: "snapshot.put" } as const;
const PATCH = { operation: "snapshot.patch" } as const;
const DELETE = { operation: "snapshot.delete" } as const;

/** Of a VM that is right: a snapshot is started, and turns out to be needless. */
const ONE_PROBE = { kind: "dropProbe" } as const;

function needless(change: Parameters<typeof dropped>[1] = {}): FaultRow["left"] {
  return dropped("healthy healthy", { guest: "Azure's by DHCP", ...change });
}

function noBackup(change: Parameters<typeof untouched>[1] = {}): FaultRow["left"] {
  return untouched("needsHuman backup-incomplete", {
    snapshot: "none",
    effects: [],
    ...change,
    writes: { patch: 0, ...change.writes },
  });
}

/** Faults at the making of the snapshot, and at its end. */
export const SNAPSHOT_ROWS: readonly FaultRow[] = [
  {
    title: "disk.get: 429 without a time",
    faults: [{ kind: "throttle", operation: "disk.get" }],
    left: healed(),
  },
  {
    title: "disk.get: 500",
    faults: [{ kind: "error", operation: "disk.get" }],
    left: healed(),
  },
  {
    title: "disk.get: an answer that is lost",
    faults: [{ kind: "lost", operation: "disk.get" }],
    left: healed(),
  },
  {
    title: "disk.get: 404",
    faults: [{ kind: "error", operation: "disk.get", status: 404, code: "ResourceNotFound" }],
    left: noBackup({ writes: { put: 0 } }),
  },
  {
    title: "snapshot.put: 429 that names a time",
    faults: [{ kind: "throttle", ...PUT, retryAfterSeconds: 1 }],
    left: healed({ writes: { put: 2 } }),
  },
  {
    title: "snapshot.put: 429 without a time",
    faults: [{ kind: "throttle", ...PUT }],
    left: healed({ writes: { put: 2 } }),
  },
  {
    title: "snapshot.put: 500 before it was taken",
    faults: [{ kind: "error", ...PUT }],
    left: healed({ writes: { put: 2 } }),
  },
  {
    title: "snapshot.put: 500 although it was taken",
    faults: [{ kind: "error", ...PUT, when: "after" }],
    left: healed(),
  },
  {
    title: "snapshot.put: its answer is lost",
    faults: [{ kind: "lost", ...PUT }],
    left: healed(),
  },
  {
    title: "snapshot.put: its answer is lost, and every look for it fails",
    faults: [
      { kind: "lost", ...PUT },
      { kind: "error", operation: "snapshot.get", count: 4 },
    ],
    left: dropped("needsHuman backup-incomplete"),
  },
  {
    title: "snapshot.put: 403",
    faults: [{ kind: "error", ...PUT, status: 403, code: "AuthorizationFailed" }],
    left: noBackup(),
    says: "Grant the identity of this program",
  },
  {
    title: "snapshot.put: the snapshot is never complete",
    faults: [{ kind: "stuck", ...PUT }],
    left: noBackup({
      snapshot: "closed",
      effects: ["snapshotCreated", "snapshotUpdated"],
      writes: { patch: 1 },
    }),
  },
  {
    title: "snapshot.put: taken, and nothing ever comes of it",
    faults: [{ kind: "stuck", ...PUT, when: "before" }],
    left: noBackup(),
  },
  {
    title: "snapshot.put: the operation fails and leaves nothing",
    faults: [{ kind: "failOperation", ...PUT }],
    left: noBackup(),
  },
  {
    title: "snapshot.put: the operation fails and leaves half a snapshot",
    faults: [{ kind: "failOperation", ...PUT, when: "after" }],
    left: noBackup({ effects: ["snapshotCreated", "snapshotDeleted"], writes: { delete: 1 } }),
  },
  {
    title: "a look at any operation: 429 that names a time",
    faults: [{ kind: "throttle", operation: "operation.get", retryAfterSeconds: 1, count: 2 }],
    left: healed(),
  },
  {
    title: "a look at any operation: 500 three times",
    faults: [{ kind: "error", operation: "operation.get", count: 3 }],
    left: healed(),
  },
  {
    title: "a look at any operation: answers that are lost",
    faults: [{ kind: "lost", operation: "operation.get", count: 3 }],
    left: healed(),
  },
  {
    title: "snapshot.patch: 429 that names a time",
    faults: [{ kind: "throttle", ...PATCH, retryAfterSeconds: 1 }],
    left: healed({ writes: { patch: 2 } }),
  },
  {
    title: "snapshot.patch: 500 before it was taken",
    faults: [{ kind: "error", ...PATCH }],
    left: healed({ writes: { patch: 2 } }),
  },
  {
    title: "snapshot.patch: 500 although it was taken",
    faults: [{ kind: "error", ...PATCH, when: "after" }],
    left: healed(),
  },
  {
    title: "snapshot.patch: its answer is lost",
    faults: [{ kind: "lost", ...PATCH }],
    left: healed(),
  },
  {
    title: "snapshot.patch: 403",
    faults: [{ kind: "error", ...PATCH, status: 403, code: "AuthorizationFailed" }],
    left: healed({ snapshot: "open", effects: ["dhcpSwitched", "snapshotCreated"] }),
    says: "could not be marked as closed",
  },
  {
    title: "snapshot.delete: 429 without a time",
    right: true,
    faults: [ONE_PROBE, { kind: "throttle", ...DELETE }],
    left: needless({ writes: { delete: 2 } }),
  },
  {
    title: "snapshot.delete: 500 before it was taken",
    right: true,
    faults: [ONE_PROBE, { kind: "error", ...DELETE }],
    left: needless({ writes: { delete: 2 } }),
  },
  {
    title: "snapshot.delete: 500 although it was taken",
    right: true,
    faults: [ONE_PROBE, { kind: "error", ...DELETE, when: "after" }],
    left: needless(),
  },
  {
    title: "snapshot.delete: its answer is lost",
    right: true,
    faults: [ONE_PROBE, { kind: "lost", ...DELETE }],
    left: needless(),
  },
  {
    title: "snapshot.delete: 409 once",
    right: true,
    faults: [ONE_PROBE, { kind: "error", ...DELETE, status: 409, code: "Conflict" }],
    left: needless({ writes: { delete: 2 } }),
  },
  {
    title: "snapshot.delete: 403",
    right: true,
    faults: [
      ONE_PROBE,
      { kind: "error", ...DELETE, status: 403, code: "AuthorizationFailed", count: "always" },
    ],
    left: needless({
      snapshot: "closed",
      effects: ["snapshotCreated", "snapshotUpdated"],
      writes: { patch: 1 },
    }),
    says: "could not be deleted",
  },
];
