import { dropped, healed, untouched, type FaultRow } from "./fault-row.ts";

const SWITCH = { operation: "runCommand.post", script: "switch-to-dhcp" } as const;

/** What goes wrong inside Windows. */
export const GUEST_ROWS: readonly FaultRow[] = [
  {
    title: "the script is killed once its task is armed",
    faults: [{ kind: "killScript", ...SWITCH, after: "armed" }],
    left: untouched("rolledBack switch-undone", {
      ledger: ["undone"],
      effects: ["deadManArmed", "deadManRemoved", "snapshotCreated", "snapshotUpdated"],
      writes: { read: "several", switch: 1 },
    }),
  },
  {
    title: "the script is killed once netsh has switched",
    faults: [{ kind: "killScript", ...SWITCH, after: "switched" }],
    left: healed({
      effects: [
        "deadManArmed",
        "deadManRemoved",
        "dhcpSwitched",
        "snapshotCreated",
        "snapshotUpdated",
      ],
      writes: { read: "several" },
    }),
  },
  {
    title: "the script is killed at the first sight of the lease",
    faults: [{ kind: "killScript", ...SWITCH, after: "leased" }],
    left: healed({
      effects: [
        "deadManArmed",
        "deadManRemoved",
        "dhcpSwitched",
        "snapshotCreated",
        "snapshotUpdated",
      ],
      writes: { read: "several" },
    }),
  },
  {
    title: "the script is killed once netsh has switched, and no lease comes",
    faults: [{ kind: "killScript", ...SWITCH, after: "switched" }],
    lease: "never",
    left: untouched("rolledBack switch-undone", {
      ledger: ["undone"],
      effects: [
        "deadManArmed",
        "deadManRemoved",
        "dhcpSwitched",
        "snapshotCreated",
        "snapshotUpdated",
        "staticRestored",
      ],
      writes: { read: "several", switch: 1 },
    }),
  },
  {
    title: "netsh does not switch",
    faults: [{ kind: "guestTrouble", ...SWITCH, what: ["switch"] }],
    left: untouched("needsHuman netsh-failed", { ledger: ["untouched"], writes: { switch: 1 } }),
  },
  {
    title: "no lease comes, and netsh does not put the address back",
    faults: [{ kind: "guestTrouble", ...SWITCH, what: ["restore"] }],
    lease: "never",
    left: untouched("rolledBack switch-undone", {
      ledger: ["undone"],
      effects: [
        "deadManArmed",
        "deadManRemoved",
        "dhcpSwitched",
        "snapshotCreated",
        "snapshotUpdated",
        "staticRestored",
      ],
      writes: { read: "several", switch: 1 },
    }),
  },
  {
    title: "the task cannot be removed",
    faults: [{ kind: "guestTrouble", ...SWITCH, what: ["unregister"] }],
    left: healed({
      effects: [
        "deadManArmed",
        "deadManRemoved",
        "dhcpSwitched",
        "snapshotCreated",
        "snapshotUpdated",
      ],
      writes: { read: "several" },
    }),
  },
  {
    title: "no lease comes",
    faults: [],
    lease: "never",
    left: untouched("rolledBack lease-missing-restored", {
      ledger: ["undone"],
      writes: { switch: 1 },
    }),
  },
  {
    title: "no lease comes from the switch on",
    faults: [{ kind: "lease", ...SWITCH, lease: "never" }],
    left: untouched("rolledBack lease-missing-restored", {
      ledger: ["undone"],
      writes: { switch: 1 },
    }),
  },
  {
    title: "the lease has another address",
    faults: [],
    lease: { address: "10.40.1.240/23" },
    left: untouched("rolledBack lease-wrong-restored", {
      ledger: ["undone"],
      writes: { switch: 1 },
    }),
  },
  {
    title: "the lease has another address, and Azure then says nothing of the VM",
    faults: [
      { kind: "error", operation: "vm.get", nth: 2, status: 403, code: "AuthorizationFailed" },
    ],
    lease: { address: "10.40.1.240/23" },
    left: untouched("rolledBack lease-wrong-restored", {
      ledger: ["undone"],
      writes: { switch: 1 },
    }),
  },
  {
    title: "the service Dhcp is disabled",
    faults: [],
    vm: { guest: { dhcpService: { state: "stopped", startMode: "disabled" } } },
    left: healed({
      effects: ["dhcpServiceChanged", "dhcpSwitched", "snapshotCreated", "snapshotUpdated"],
    }),
  },
  {
    title: "the service Dhcp is stopped",
    faults: [],
    vm: { guest: { dhcpService: { state: "stopped", startMode: "manual" } } },
    left: healed({
      effects: ["dhcpServiceChanged", "dhcpSwitched", "snapshotCreated", "snapshotUpdated"],
    }),
  },
  {
    title: "no lease comes, and the service Dhcp was disabled",
    faults: [],
    vm: { guest: { dhcpService: { state: "stopped", startMode: "disabled" } } },
    lease: "never",
    left: untouched("rolledBack lease-missing-restored", {
      ledger: ["undone"],
      writes: { switch: 1 },
    }),
  },
  {
    title: "tasks cannot be registered",
    faults: [],
    vm: { guest: { taskRegistration: false } },
    left: untouched("needsHuman no-dead-man", { ledger: ["untouched"], writes: { switch: 1 } }),
  },
];

/** What goes wrong between the prober and the VM. */
export const PROBE_ROWS: readonly FaultRow[] = [
  {
    title: "the probe: a connection that breaks",
    faults: [{ kind: "lost", operation: "proxy.connect" }],
    left: healed(),
  },
  {
    title: "the probe: never an answer, although others answer",
    faults: [{ kind: "dropProbe", count: "always" }],
    left: healed({ outcome: "needsHuman rdp-silent-address-right" }),
  },
  {
    title: "the probe: nobody listens",
    faults: [],
    vm: { guest: { rdpListening: false } },
    left: healed({ outcome: "needsHuman rdp-silent-address-right" }),
  },
  {
    title: "the probe: neither the VM nor its neighbour answers",
    faults: [{ kind: "dropProbe", count: "always" }],
    subnet: "pair",
    left: healed(),
    says: "RDP was not proven from here",
  },
  {
    title: "the probe: no answer, and there is nobody to compare with",
    faults: [{ kind: "dropProbe", count: "always" }],
    subnet: "alone",
    left: healed(),
    says: "RDP was not proven from here",
  },
  {
    title: "the probe: no route",
    faults: [{ kind: "noRoute", count: "always" }],
    left: healed(),
    says: "RDP was not proven from here",
  },
  {
    title: "the probe: no route to a VM that is right",
    right: true,
    faults: [{ kind: "noRoute", count: "always" }],
    left: dropped("healthy healthy", { guest: "Azure's by DHCP" }),
    says: "RDP was not proven from here",
  },
  {
    title: "the probe: never an answer from a VM that is right",
    right: true,
    faults: [{ kind: "dropProbe", count: "always" }],
    left: untouched("needsHuman rdp-silent-address-right", { guest: "Azure's by DHCP" }),
  },
];
