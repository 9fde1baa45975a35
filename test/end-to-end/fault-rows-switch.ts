import { dropped, healed, untouched, type FaultRow } from "./fault-row.ts";

const SWITCH = { operation: "runCommand.post", script: "switch-to-dhcp" } as const;
const LOOK = { operation: "operation.get", script: "switch-to-dhcp" } as const;

/** Read again, since the switch's own answer was lost. */
const READ_AGAIN = { writes: { read: 2 } } as const;
const NOT_SWITCHED = ["snapshotCreated", "snapshotUpdated"] as const;

/** Faults at the handing over of the switch, and at the looks at it. */
export const SWITCH_ROWS: readonly FaultRow[] = [
  {
    title: "guest switch: 429 that names a time",
    faults: [{ kind: "throttle", ...SWITCH, retryAfterSeconds: 1 }],
    left: healed({ writes: { switch: 2 } }),
  },
  {
    title: "guest switch: 429 without a time",
    faults: [{ kind: "throttle", ...SWITCH }],
    left: healed({ writes: { switch: 2 } }),
  },
  {
    title: "guest switch: 429 for longer than its budget",
    faults: [{ kind: "throttle", ...SWITCH, retryAfterSeconds: 600 }],
    left: untouched("needsHuman throttled", { ledger: ["untouched"], writes: { switch: 1 } }),
  },
  {
    title: "guest switch: 500 before it was taken",
    faults: [{ kind: "error", ...SWITCH }],
    left: healed({ writes: { switch: 2 } }),
  },
  {
    title: "guest switch: 500 although it was taken",
    faults: [{ kind: "error", ...SWITCH, when: "after" }],
    left: healed({ writes: { switch: 2 } }),
  },
  {
    title: "guest switch: the connection breaks before it was taken",
    faults: [{ kind: "lost", ...SWITCH, when: "before" }],
    left: healed({ writes: { switch: 2 } }),
  },
  {
    title: "guest switch: its answer is lost",
    faults: [{ kind: "lost", ...SWITCH }],
    left: healed({ writes: { switch: 2 } }),
  },
  {
    title: "guest switch: 409, the slot is busy twice",
    faults: [{ kind: "busySlot", ...SWITCH, count: 2 }],
    left: healed({ writes: { switch: 3 } }),
  },
  {
    title: "guest switch: 409, the slot is never free",
    faults: [{ kind: "busySlot", ...SWITCH, count: "always" }],
    left: healed({ writes: { switch: "several" } }),
  },
  {
    title: "guest switch: 429, and then the slot is never free",
    faults: [
      { kind: "throttle", ...SWITCH },
      { kind: "busySlot", ...SWITCH, nth: 2, count: "always" },
    ],
    left: healed({ writes: { switch: "several" } }),
  },
  {
    title: "guest switch: 403",
    faults: [{ kind: "error", ...SWITCH, status: 403, code: "AuthorizationFailed" }],
    left: untouched("needsHuman forbidden", { ledger: ["untouched"], writes: { switch: 1 } }),
    says: "Grant the identity of this program",
  },
  {
    title: "guest switch: only the end of its output arrives",
    faults: [{ kind: "cutOutput", ...SWITCH }],
    left: healed(READ_AGAIN),
    says: "The switch's own answer was lost",
  },
  {
    title: "guest switch: the operation fails although the script did its work",
    faults: [{ kind: "failOperation", ...SWITCH, when: "after" }],
    left: healed(READ_AGAIN),
  },
  {
    title: "guest switch: the operation fails without an effect",
    faults: [{ kind: "failOperation", ...SWITCH }],
    left: untouched("rolledBack switch-undone", {
      ledger: ["undone"],
      writes: { read: "several", switch: 1 },
    }),
  },
  {
    title: "guest switch: it is slow, within its budget",
    faults: [{ kind: "slow", ...SWITCH, seconds: 2 }],
    left: healed(),
  },
  {
    title: "guest switch: it runs after its not-after time",
    faults: [{ kind: "slow", ...SWITCH, seconds: 9 }],
    left: untouched("rolledBack switch-undone", {
      ledger: ["undone"],
      writes: { read: "several", switch: 1 },
    }),
  },
  {
    title: "guest switch: it never ends, and does nothing",
    faults: [{ kind: "stuck", ...SWITCH, when: "before" }],
    left: untouched("needsHuman switch-unknown", {
      ledger: ["unknown"],
      slot: "switch-to-dhcp",
      writes: { read: "several", switch: 1 },
    }),
  },
  {
    title: "guest switch: it does its work, and is never said to end",
    faults: [{ kind: "stuck", ...SWITCH }],
    left: healed({
      outcome: "needsHuman switch-unknown",
      ledger: ["unknown"],
      slot: "switch-to-dhcp",
      writes: { read: "several" },
    }),
  },
  {
    title: "a look at the guest switch: 429 that names a time",
    faults: [{ kind: "throttle", ...LOOK, retryAfterSeconds: 1 }],
    left: healed(),
  },
  {
    title: "a look at the guest switch: 429 without a time",
    faults: [{ kind: "throttle", ...LOOK }],
    left: healed(),
  },
  {
    title: "a look at the guest switch: 500",
    faults: [{ kind: "error", ...LOOK }],
    left: healed(),
  },
  {
    title: "a look at the guest switch: its answer is lost",
    faults: [{ kind: "lost", ...LOOK }],
    left: healed(),
  },
  {
    title: "a look at the guest switch: 500 without end",
    faults: [{ kind: "error", ...LOOK, count: "always" }],
    left: healed(READ_AGAIN),
  },
  {
    title: "a look at the guest switch: Azure has forgotten the operation",
    faults: [{ kind: "error", ...LOOK, status: 404, code: "OperationNotFound", count: "always" }],
    left: healed(READ_AGAIN),
  },
  {
    title: "guest switch: a look at it hangs beyond its budget",
    faults: [{ kind: "lost", ...LOOK, how: "hang" }],
    left: healed(READ_AGAIN),
  },
];

/** The same for a platform that gives a NIC another MAC address with its address: Windows has a new adapter then. */
export const NEW_MAC_ROWS: readonly FaultRow[] = [
  {
    title: "guest switch: a person gives the NIC another address and MAC before",
    faults: [{ kind: "humanNicChange", ...SWITCH, when: "before" }],
    left: dropped("healthy healthy", {
      guest: "Azure's by DHCP",
      ledger: ["untouched"],
      effects: [
        "adaptersChanged",
        "adaptersChanged",
        "leaseChanged",
        "nicWritten",
        "snapshotCreated",
        "snapshotDeleted",
        "vmRestarted",
      ],
      writes: { read: 2, switch: 1 },
    }),
  },
];

/** People and machines that change the VM while it is healed. */
export const MEDDLING_ROWS: readonly FaultRow[] = [
  {
    title: "guest switch: the VM is deallocated before",
    faults: [{ kind: "power", ...SWITCH, when: "before" }],
    left: dropped("refused vm-not-running", {
      ledger: ["untouched"],
      effects: ["snapshotCreated", "snapshotDeleted", "vmDeallocated"],
      writes: { switch: 1 },
    }),
  },
  {
    title: "guest switch: the VM is deleted before",
    faults: [{ kind: "deleteVm", ...SWITCH, when: "before" }],
    left: dropped("refused vm-not-found", {
      ledger: ["untouched"],
      guest: "gone",
      effects: ["snapshotCreated", "snapshotDeleted", "vmDeleted"],
      writes: { switch: 1 },
    }),
  },
  {
    title: "guest switch: the VM is deallocated just after",
    faults: [{ kind: "power", ...SWITCH }],
    left: healed({
      effects: ["dhcpSwitched", "snapshotCreated", "snapshotUpdated", "vmDeallocated"],
    }),
    says: "RDP was not proven from here",
  },
  {
    title: "guest switch: the VM is deallocated while it runs",
    faults: [
      { kind: "slow", ...SWITCH, seconds: 2 },
      { kind: "power", ...LOOK, when: "before" },
    ],
    left: untouched("needsHuman switch-unknown", {
      ledger: ["unknown"],
      effects: [...NOT_SWITCHED, "vmDeallocated"],
      writes: { read: "several", switch: 1 },
    }),
  },
  {
    title: "guest switch: the VM is deallocated while it runs, and comes back in time",
    faults: [
      { kind: "slow", ...SWITCH, seconds: 2 },
      { kind: "power", ...LOOK, when: "before" },
      {
        kind: "power",
        operation: "runCommand.post",
        script: "read-guest",
        nth: 2,
        state: "running",
      },
    ],
    left: healed({
      effects: ["dhcpSwitched", "snapshotCreated", "snapshotUpdated", "vmDeallocated", "vmStarted"],
      writes: { read: 3 },
    }),
  },
  {
    title: "guest switch: a person sets another wrong address before",
    faults: [
      {
        kind: "humanGuestChange",
        ...SWITCH,
        when: "before",
        static: { addresses: ["10.40.1.250/23"] },
      },
    ],
    left: healed({
      ledger: ["untouched", "done"],
      effects: ["dhcpSwitched", "snapshotCreated", "snapshotUpdated", "staticChanged"],
      writes: { read: 2, switch: 2 },
    }),
  },
  {
    title: "guest switch: a person sets other wrong addresses twice",
    faults: [
      {
        kind: "humanGuestChange",
        ...SWITCH,
        when: "before",
        static: { addresses: ["10.40.1.250/23"] },
      },
      {
        kind: "humanGuestChange",
        ...SWITCH,
        nth: 2,
        when: "before",
        static: { addresses: ["10.40.1.251/23"] },
      },
    ],
    left: untouched("needsHuman drifted", {
      guest: "static 10.40.1.251",
      ledger: ["untouched", "untouched"],
      effects: [...NOT_SWITCHED, "staticChanged", "staticChanged"],
      writes: { read: 2, switch: 2 },
    }),
  },
  {
    title: "guest switch: a person gives the NIC another address before",
    faults: [{ kind: "humanNicChange", ...SWITCH, when: "before" }],
    left: healed({
      effects: ["dhcpSwitched", "nicWritten", "snapshotCreated", "snapshotUpdated", "vmRestarted"],
      writes: { read: 2, switch: 2 },
    }),
  },
  {
    title: "guest switch: a person touches the NIC's tags before",
    faults: [{ kind: "humanNicChange", ...SWITCH, when: "before", tagsOnly: true }],
    left: healed({ effects: ["dhcpSwitched", "nicWritten", "snapshotCreated", "snapshotUpdated"] }),
  },
];
