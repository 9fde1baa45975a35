import { dropped, healed, untouched, type FaultRow } from "./fault-row.ts";

const READ = { operation: "runCommand.post", script: "read-guest" } as const;
const LOOK = { operation: "operation.get", script: "read-guest" } as const;

/** Faults at the reading of the guest. */
export const READ_ROWS: readonly FaultRow[] = [
  {
    title: "guest read: 429 that names a time",
    faults: [{ kind: "throttle", ...READ, retryAfterSeconds: 1 }],
    left: healed({ writes: { read: 2 } }),
  },
  {
    title: "guest read: 429 without a time",
    faults: [{ kind: "throttle", ...READ }],
    left: healed({ writes: { read: 2 } }),
  },
  {
    title: "guest read: 429 for longer than its budget",
    faults: [{ kind: "throttle", ...READ, retryAfterSeconds: 600 }],
    left: untouched("needsHuman guest-unreadable"),
  },
  {
    title: "guest read: 500 before it was taken",
    faults: [{ kind: "error", ...READ }],
    left: healed({ writes: { read: 2 } }),
  },
  {
    title: "guest read: 500 although it was taken",
    faults: [{ kind: "error", ...READ, when: "after" }],
    left: healed({ writes: { read: 2 } }),
  },
  {
    title: "guest read: its answer is lost",
    faults: [{ kind: "lost", ...READ }],
    left: healed({ writes: { read: 2 } }),
  },
  {
    title: "guest read: 409, the slot is busy twice",
    faults: [{ kind: "busySlot", ...READ, count: 2 }],
    left: healed({ writes: { read: 3 } }),
  },
  {
    title: "guest read: 409, the slot is never free",
    faults: [{ kind: "busySlot", ...READ, count: "always" }],
    left: healed({ writes: { read: "several" } }),
  },
  {
    title: "guest read: only the end of its output arrives",
    faults: [{ kind: "cutOutput", ...READ }],
    left: untouched("needsHuman guest-unreadable"),
  },
  {
    title: "guest read: the operation fails once",
    faults: [{ kind: "failOperation", ...READ }],
    left: healed({ writes: { read: 2 } }),
  },
  {
    title: "guest read: the operation always fails",
    faults: [{ kind: "failOperation", ...READ, count: "always" }],
    left: untouched("needsHuman guest-unreadable", { writes: { read: 2 } }),
  },
  {
    title: "guest read: the operation never ends",
    faults: [{ kind: "stuck", ...READ }],
    left: untouched("needsHuman guest-unreadable", { slot: "read-guest" }),
  },
  {
    title: "guest read: 403",
    faults: [{ kind: "error", ...READ, status: 403, code: "AuthorizationFailed" }],
    left: untouched("needsHuman guest-unreadable"),
  },
  {
    title: "guest read: without administrator rights",
    faults: [],
    vm: { guest: { elevated: false } },
    left: untouched("needsHuman guest-unreadable"),
  },
  {
    title: "guest read: the VM is deallocated before",
    faults: [{ kind: "power", ...READ, when: "before" }],
    left: dropped("refused vm-not-running", {
      effects: ["snapshotCreated", "snapshotDeleted", "vmDeallocated"],
    }),
  },
  {
    title: "guest read: the VM is deallocated while it runs",
    faults: [
      { kind: "slow", ...READ, seconds: 2 },
      { kind: "power", ...LOOK, when: "before" },
    ],
    left: dropped("refused vm-not-running", {
      effects: ["snapshotCreated", "snapshotDeleted", "vmDeallocated"],
    }),
  },
  {
    title: "guest read: the VM is deleted while it runs",
    faults: [
      { kind: "slow", ...READ, seconds: 2 },
      { kind: "deleteVm", ...LOOK, nth: 3, when: "before" },
    ],
    left: dropped("refused vm-not-found", {
      guest: "gone",
      effects: ["snapshotCreated", "snapshotDeleted", "vmDeleted"],
    }),
  },
  {
    title: "guest read: a person touches the NIC's tags meanwhile",
    faults: [{ kind: "humanNicChange", ...READ, tagsOnly: true }],
    left: healed({ effects: ["dhcpSwitched", "nicWritten", "snapshotCreated", "snapshotUpdated"] }),
  },
  {
    title: "a look at the guest read: 429 that names a time",
    faults: [{ kind: "throttle", ...LOOK, retryAfterSeconds: 1 }],
    left: healed(),
  },
  {
    title: "a look at the guest read: 429 without a time",
    faults: [{ kind: "throttle", ...LOOK }],
    left: healed(),
  },
  {
    title: "a look at the guest read: 500",
    faults: [{ kind: "error", ...LOOK }],
    left: healed(),
  },
  {
    title: "a look at the guest read: its answer is lost",
    faults: [{ kind: "lost", ...LOOK }],
    left: healed(),
  },
  {
    title: "a look at the guest read: 500 without end",
    faults: [{ kind: "error", ...LOOK, count: "always" }],
    left: untouched("needsHuman guest-unreadable"),
  },
];

/** The slot is still taken when the switch wants it: seen only where the run is not late itself. */
export const LINGERING_ROWS: readonly FaultRow[] = [
  {
    title: "guest read: the slot lingers after its success",
    faults: [{ kind: "lingeringSlot", ...READ, seconds: 2 }],
    left: healed({ writes: { switch: "several" } }),
  },
];
