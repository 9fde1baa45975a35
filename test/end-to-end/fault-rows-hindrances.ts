import { dropped, healed, unwritten, type FaultRow } from "./fault-row.ts";

const SWITCH = { operation: "runCommand.post", script: "switch-to-dhcp" } as const;
const HEALTH = { operation: "health.get" } as const;
const LOCKS = { operation: "lock.list" } as const;
const REFUSED = { kind: "error", status: 403, code: "AuthorizationFailed" } as const;

/** Faults at the reading of what Azure's own platform says, which no heal waits for very long. */
export const HEALTH_ROWS: readonly FaultRow[] = [
  {
    title: "health.get: 429 that names a time",
    faults: [{ kind: "throttle", ...HEALTH, retryAfterSeconds: 1 }],
    left: healed(),
  },
  {
    title: "health.get: 429 that asks for more time than a heal has",
    faults: [{ kind: "throttle", ...HEALTH, retryAfterSeconds: 3600, count: "always" }],
    left: healed(),
    says: "Azure did not tell what may be in the way",
  },
  {
    title: "health.get: 500",
    faults: [{ kind: "error", ...HEALTH }],
    left: healed(),
  },
  {
    title: "health.get: its answer is lost",
    faults: [{ kind: "lost", ...HEALTH }],
    left: healed(),
  },
  {
    title: "health.get: 500 without end",
    faults: [{ kind: "error", ...HEALTH, count: "always" }],
    left: healed(),
    says: "Azure did not tell what may be in the way",
  },
  {
    title: "health.get: 403",
    faults: [{ ...REFUSED, ...HEALTH, count: "always" }],
    left: healed(),
    says: "Azure did not tell how well its platform is",
  },
  {
    title: "health.get: Azure's platform fails just before",
    faults: [
      {
        kind: "health",
        ...HEALTH,
        health: { state: "Unavailable", reasonType: "Unplanned", summary: "The host failed." },
      },
    ],
    left: unwritten("refused platform-outage"),
    says: "The host failed.",
  },
  {
    title: "guest switch: a person changes Windows before, and Azure's platform fails meanwhile",
    faults: [
      {
        kind: "humanGuestChange",
        ...SWITCH,
        when: "before",
        static: { addresses: ["10.40.1.250/23"] },
      },
      { kind: "health", ...SWITCH, health: { state: "Unavailable", reasonType: "Unplanned" } },
    ],
    left: dropped("refused platform-outage", {
      ledger: ["untouched"],
      guest: "static 10.40.1.250",
      effects: ["snapshotCreated", "snapshotDeleted", "staticChanged"],
      writes: { switch: 1 },
    }),
  },
];

/** The same of locks, whose list is not about one VM. */
export const LOCK_ROWS: readonly FaultRow[] = [
  {
    title: "lock.list: 429 that names a time",
    faults: [{ kind: "throttle", ...LOCKS, retryAfterSeconds: 1 }],
    left: healed(),
  },
  {
    title: "lock.list: 500",
    faults: [{ kind: "error", ...LOCKS }],
    left: healed(),
  },
  {
    title: "lock.list: its answer is lost",
    faults: [{ kind: "lost", ...LOCKS }],
    left: healed(),
  },
  {
    title: "lock.list: 500 without end",
    faults: [{ kind: "error", ...LOCKS, count: "always" }],
    left: healed(),
    says: "Azure did not tell what may be in the way",
  },
  {
    title: "lock.list: 403",
    faults: [{ ...REFUSED, ...LOCKS, count: "always" }],
    left: healed(),
    says: "Azure did not tell which locks there are",
  },
];
