import { dropped, healed, unwritten, type FaultRow } from "./fault-row.ts";

const FORBIDDEN = {
  kind: "error",
  status: 403,
  code: "AuthorizationFailed",
  message:
    "The client 'x' does not have authorization to perform action 'Microsoft.Fleet/x/read' over scope '/y'.",
} as const;

/** Faults at the reading of the VM and its NIC. */
export const AZURE_ROWS: readonly FaultRow[] = [
  {
    title: "vm.get: 429 that names a time",
    faults: [{ kind: "throttle", operation: "vm.get", retryAfterSeconds: 1 }],
    left: healed(),
  },
  {
    title: "vm.get: 429 twice without a time",
    faults: [{ kind: "throttle", operation: "vm.get", count: 2 }],
    left: healed(),
  },
  {
    title: "vm.get: 429 that asks to come back at once",
    faults: [{ kind: "throttle", operation: "vm.get", retryAfterSeconds: 0, count: 2 }],
    left: healed(),
  },
  {
    title: "vm.get: 429 without end",
    faults: [{ kind: "throttle", operation: "vm.get", count: "always" }],
    left: unwritten("failed throttled"),
  },
  {
    title: "vm.get: 500",
    faults: [{ kind: "error", operation: "vm.get" }],
    left: healed(),
  },
  {
    title: "vm.get: an answer that is lost",
    faults: [{ kind: "lost", operation: "vm.get" }],
    left: healed(),
  },
  {
    title: "vm.get: 403",
    faults: [{ ...FORBIDDEN, operation: "vm.get" }],
    left: unwritten("failed forbidden"),
    says: "Grant the identity of this program 'Microsoft.Fleet/x/read' on /y.",
  },
  {
    title: "vm.get: the VM was deleted",
    faults: [{ kind: "deleteVm", operation: "vm.get", when: "before" }],
    left: unwritten("refused vm-not-found", { guest: "gone", effects: ["vmDeleted"] }),
  },
  {
    title: "vm.get: the VM was deallocated",
    faults: [{ kind: "power", operation: "vm.get", when: "before" }],
    left: unwritten("refused vm-not-running", { effects: ["vmDeallocated"] }),
  },
  {
    title: "vm.get: the VM is deallocated just after",
    faults: [{ kind: "power", operation: "vm.get" }],
    left: dropped("refused vm-not-running", {
      effects: ["snapshotCreated", "snapshotDeleted", "vmDeallocated"],
    }),
  },
  {
    title: "nic.get: 429 that names a time",
    faults: [{ kind: "throttle", operation: "nic.get", retryAfterSeconds: 1 }],
    left: healed(),
  },
  {
    title: "nic.get: 429 without a time",
    faults: [{ kind: "throttle", operation: "nic.get" }],
    left: healed(),
  },
  {
    title: "nic.get: 500",
    faults: [{ kind: "error", operation: "nic.get" }],
    left: healed(),
  },
  {
    title: "nic.get: an answer that is lost",
    faults: [{ kind: "lost", operation: "nic.get" }],
    left: healed(),
  },
  {
    title: "nic.get: 500 without end",
    faults: [{ kind: "error", operation: "nic.get", count: "always" }],
    left: unwritten("failed azure-unavailable"),
  },
  {
    title: "nic.get: the VM is deleted just after",
    faults: [{ kind: "deleteVm", operation: "nic.get" }],
    left: dropped("refused vm-not-found", {
      guest: "gone",
      effects: ["vmDeleted"],
      // Whose snapshot it was is not known to the simulator any more.
      writes: { put: 0, delete: 0 },
    }),
  },
];

/** Faults at requests that are not about one VM: such a row has a fleet for itself while it runs. */
export const SOLO_ROWS: readonly FaultRow[] = [
  {
    title: "subnet.get: 429 that names a time",
    faults: [{ kind: "throttle", operation: "subnet.get", retryAfterSeconds: 1 }],
    left: healed(),
  },
  {
    title: "subnet.get: 500",
    faults: [{ kind: "error", operation: "subnet.get" }],
    left: healed(),
  },
  {
    title: "subnet.get: an answer that is lost",
    faults: [{ kind: "lost", operation: "subnet.get" }],
    left: healed(),
  },
  {
    title: "subnet.get: 500 without end",
    faults: [{ kind: "error", operation: "subnet.get", count: "always" }],
    left: unwritten("failed azure-unavailable"),
  },
  {
    title: "snapshot.get: 429 without a time",
    faults: [{ kind: "throttle", operation: "snapshot.get" }],
    left: healed(),
  },
  {
    title: "snapshot.get: 500",
    faults: [{ kind: "error", operation: "snapshot.get" }],
    left: healed(),
  },
  {
    title: "snapshot.get: an answer that is lost",
    faults: [{ kind: "lost", operation: "snapshot.get" }],
    left: healed(),
  },
  {
    title: "snapshot.list: 429 that names a time",
    faults: [{ kind: "throttle", operation: "snapshot.list", retryAfterSeconds: 1 }],
    left: healed(),
  },
  {
    title: "snapshot.list: 500",
    faults: [{ kind: "error", operation: "snapshot.list" }],
    left: healed(),
  },
  {
    title: "snapshot.list: an answer that is lost",
    faults: [{ kind: "lost", operation: "snapshot.list" }],
    left: healed(),
  },
  {
    title: "snapshot.list: 403",
    faults: [{ ...FORBIDDEN, operation: "snapshot.list" }],
    left: dropped("failed forbidden"),
    says: "Grant the identity of this program",
  },
  {
    title: "the second probe: no answer",
    faults: [{ kind: "dropProbe", nth: 4, count: "always" }],
    left: healed(),
    says: "The second probe was not answered",
  },
];
