import { healed, untouched, type FaultRow, type RowFault } from "./fault-row.ts";

const PUT = { operation: "managedCommand.put" } as const;
const READ = { ...PUT, script: "read-guest" } as const;
const SWITCH = { ...PUT, script: "switch-to-dhcp" } as const;

/** Something else holds the slot for good, so that reading and switch go as managed Run Commands. */
const TAKEN: RowFault = { kind: "busySlot", operation: "runCommand.post", count: "always" };
const SWITCH_TAKEN: RowFault = { ...TAKEN, script: "switch-to-dhcp" };

const SEVERAL = { read: "several", switch: "several" } as const;
const UNREADABLE = untouched("needsHuman guest-unreadable", { writes: { read: "several" } });

/** Faults at managed Run Commands. None of these resources may be left, but where Azure does not let it go. */
export const MANAGED_ROWS: readonly FaultRow[] = [
  {
    title: "managed Run Command: the slot is never free for anything",
    faults: [TAKEN],
    left: healed({ writes: SEVERAL }),
  },
  {
    title: "managed read: 500 before it was taken",
    faults: [TAKEN, { kind: "error", ...READ }],
    left: healed({ writes: SEVERAL }),
  },
  {
    title: "managed read: its answer is lost",
    faults: [TAKEN, { kind: "lost", ...READ }],
    left: healed({ writes: SEVERAL }),
  },
  {
    title: "managed read: 403",
    faults: [
      TAKEN,
      { kind: "error", ...READ, status: 403, code: "AuthorizationFailed", message: "No right." },
    ],
    left: UNREADABLE,
    says: "A managed Run Command was tried then.",
  },
  {
    title: "managed read: it never ends",
    faults: [TAKEN, { kind: "stuck", ...READ }],
    left: UNREADABLE,
  },
  {
    title: "managed read: the look at it fails twice",
    faults: [TAKEN, { kind: "error", operation: "managedCommand.get", nth: 2, count: 2 }],
    left: healed({ writes: SEVERAL }),
  },
  {
    title: "managed read: it is deleted at the second try",
    faults: [TAKEN, { kind: "error", operation: "managedCommand.delete" }],
    left: healed({ writes: SEVERAL }),
  },
  {
    title: "managed read: Azure does not let it be deleted",
    faults: [
      TAKEN,
      { kind: "error", operation: "managedCommand.delete", status: 403, count: "always" },
    ],
    left: healed({ slot: "managed read-guest, switch-to-dhcp", writes: SEVERAL }),
  },
  {
    title: "managed switch: its answer is lost",
    faults: [SWITCH_TAKEN, { kind: "lost", ...SWITCH }],
    left: healed({ writes: { switch: "several" } }),
  },
  {
    title: "managed switch: 403",
    faults: [SWITCH_TAKEN, { kind: "error", ...SWITCH, status: 403, code: "AuthorizationFailed" }],
    left: untouched("needsHuman run-command-busy", {
      ledger: ["untouched"],
      writes: { switch: "several" },
    }),
    says: "A managed Run Command was tried then.",
  },
  {
    title: "managed switch: only the end of its output arrives",
    faults: [SWITCH_TAKEN, { kind: "cutOutput", ...SWITCH }],
    left: healed({ writes: { read: 2, switch: "several" } }),
    says: "The switch's own answer was lost",
  },
  {
    title: "managed switch: it never ends, and does nothing",
    faults: [TAKEN, { kind: "stuck", ...SWITCH }],
    left: untouched("rolledBack switch-undone", { ledger: ["undone"], writes: SEVERAL }),
  },
  {
    title: "managed switch: it dies once Windows is switched",
    faults: [SWITCH_TAKEN, { kind: "killScript", ...SWITCH, after: "switched" }],
    left: healed({
      effects: [
        "deadManArmed",
        "deadManRemoved",
        "dhcpSwitched",
        "snapshotCreated",
        "snapshotUpdated",
      ],
      writes: { read: "several", switch: "several" },
    }),
  },
];
