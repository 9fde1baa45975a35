import type { RowFault } from "./fault-row.ts";
import { REPAIRABLE, type Repairable } from "./repairable-vms.ts";
import type { VmInput } from "./scenarios.ts";

/** A VM that wants a repair, what goes wrong meanwhile, and how it ends. */
export interface RepairRow {
  readonly title: string;
  readonly repairable: Repairable;
  readonly vm?: (n: number) => Partial<VmInput>;
  readonly faults?: readonly RowFault[];
  readonly dryRun?: true;
  /** Kind and code. */
  readonly outcome: string;
  /** States of the ledger's entries. */
  readonly ledger: readonly string[];
  /** Scripts sent, in order; the same one again and again counts once. */
  readonly scripts: readonly string[];
  /** Kinds of what happened to Windows, in order. */
  readonly effects: readonly string[];
  /** In the outcome's message or remarks. */
  readonly says?: string;
}

const { service, lease, adapter, addresses } = REPAIRABLE;
const EVERY: readonly Repairable[] = [service, lease, adapter, addresses];

/** A heal as if nothing had happened, but for what is named. */
function healed(repairable: Repairable, more: Partial<RepairRow> = {}): RepairRow {
  const { title, code, script, effects } = repairable;
  return {
    title: `heal ${title}`,
    repairable,
    outcome: `healed ${code}`,
    ledger: ["done"],
    scripts: ["read-guest", script],
    effects,
    ...more,
  };
}

/** An end without a lasting change, but for what is named. */
function unhealed(repairable: Repairable, more: Partial<RepairRow>): RepairRow {
  return healed(repairable, { ledger: ["undone"], effects: [], ...more });
}

function dhcpAnswers(answer: Extract<RowFault, { kind: "lease" }>["lease"]): RowFault {
  return { kind: "lease", operation: "runCommand.post", script: "repair-adapter", lease: answer };
}

/** What strikes the script that repairs. */
function atScript({ script }: Repairable): {
  readonly operation: "runCommand.post";
  readonly script: string;
} {
  return { operation: "runCommand.post", script };
}

function withoutLease(n: number): Partial<VmInput> {
  return { nics: [{ ipConfigurations: [{ address: `10.40.0.${n}` }], lease: "never" }] };
}

/** The primary adapter is disabled, and static. */
function disabledStatic(address: (n: number) => string): (n: number) => Partial<VmInput> {
  return (n) => ({
    nics: [
      {
        ipConfigurations: [{ address: `10.40.0.${n}` }],
        adapter: {
          enabled: false,
          static: { addresses: [`${address(n)}/23`], gateway: "10.40.0.1" },
        },
      },
      { ipConfigurations: [{ address: `10.40.1.${n}` }] },
    ],
  });
}

/** A primary NIC that is right, and a secondary one. */
function second(nic: (n: number) => VmInput["nics"][number]): (n: number) => Partial<VmInput> {
  return (n) => ({ nics: [{ ipConfigurations: [{ address: `10.40.0.${n}` }] }, nic(n)] });
}

const HEALED: readonly RepairRow[] = [
  ...EVERY.map((repairable) => healed(repairable)),
  healed(lease, {
    title: "heal an adapter that got no lease although its service runs",
    vm: withoutLease,
  }),
  healed(adapter, {
    title: "enable an adapter whose static address is right",
    vm: disabledStatic((n) => `10.40.0.${n}`),
    scripts: ["read-guest", "repair-adapter", "read-guest"],
    effects: ["adapterEnabled"],
  }),
  healed(adapter, {
    title: "enable an adapter, and switch its wrong static address to DHCP",
    vm: disabledStatic((n) => `10.40.1.${200 + n}`),
    outcome: "healed guest-dhcp",
    ledger: ["done", "done"],
    scripts: ["read-guest", "repair-adapter", "read-guest", "switch-to-dhcp"],
    effects: ["adapterEnabled", "dhcpSwitched", "routesChanged"],
    says: "The adapter is enabled, and has static addresses.",
  }),
  healed(addresses, {
    title: "set the addresses of a secondary NIC",
    vm: second((n) => ({
      ipConfigurations: [{ address: `10.40.1.${n}` }, { address: `10.40.1.${100 + n}` }],
      adapter: { static: { addresses: [`10.40.1.${200 + n}/23`] } },
    })),
  }),
  healed(adapter, {
    title: "enable the adapter of a secondary NIC",
    vm: second((n) => ({
      ipConfigurations: [{ address: `10.40.1.${n}` }],
      adapter: { enabled: false },
    })),
  }),
];

const UNDONE: readonly RepairRow[] = [
  unhealed(service, {
    title: "put a service back where no lease comes",
    faults: [dhcpAnswers("never")],
    outcome: "rolledBack lease-missing-restored",
    // Windows made an address up while the service ran.
    effects: ["leaseChanged"],
  }),
  unhealed(service, {
    title: "put a service back where another lease comes",
    faults: [dhcpAnswers({ address: "10.40.1.249/23" })],
    outcome: "rolledBack lease-wrong-restored",
    effects: ["leaseChanged"],
  }),
  unhealed(service, {
    title: "call a person where a service cannot be put back",
    faults: [dhcpAnswers("never"), { kind: "guestTrouble", ...atScript(service), what: ["stop"] }],
    outcome: "needsHuman switch-unknown",
    ledger: ["unknown"],
    scripts: ["read-guest", "repair-adapter", "read-guest"],
    effects: ["leaseChanged", "dhcpServiceChanged"],
  }),
  unhealed(adapter, {
    title: "disable an adapter again where no lease comes",
    faults: [dhcpAnswers("never")],
    outcome: "rolledBack lease-missing-restored",
  }),
  unhealed(adapter, {
    title: "disable an adapter again where another lease comes",
    faults: [dhcpAnswers({ address: "10.40.1.249/23" })],
    outcome: "rolledBack lease-wrong-restored",
  }),
  unhealed(adapter, {
    title: "say that an adapter stays enabled where the switch after it was undone",
    vm: disabledStatic((n) => `10.40.1.${200 + n}`),
    faults: [dhcpAnswers("never")],
    outcome: "needsHuman lease-missing-restored",
    ledger: ["done", "undone"],
    scripts: ["read-guest", "repair-adapter", "read-guest", "switch-to-dhcp"],
    effects: ["adapterEnabled"],
    says: "The adapter is enabled, and has static addresses.",
  }),
  unhealed(addresses, {
    title: "put static addresses back where Windows does not take all of Azure's",
    faults: [{ kind: "guestTrouble", ...atScript(addresses), what: ["add"] }],
    outcome: "rolledBack not-set-restored",
  }),
  unhealed(addresses, {
    title: "have the dead-man's task undo what a killed script began",
    faults: [{ kind: "killScript", ...atScript(addresses), after: "switched" }],
    outcome: "rolledBack repair-undone",
    scripts: ["read-guest", "set-addresses", "read-guest"],
    effects: ["deadManArmed", "staticChanged", "deadManRemoved", "staticChanged"],
  }),
  unhealed(lease, {
    title: "call a person where the renewed lease is not Azure's either",
    vm: lease.vm,
    faults: [dhcpAnswers({ address: "10.40.1.249/23" })],
    outcome: "needsHuman lease-wrong",
    ledger: ["untouched"],
    effects: ["leaseChanged"],
  }),
];

const HELD_BACK: readonly RepairRow[] = [
  ...EVERY.map((repairable) =>
    unhealed(repairable, {
      title: `change nothing in a dry run: ${repairable.title}`,
      dryRun: true,
      outcome: "refused dry-run",
      ledger: [],
      scripts: ["read-guest"],
    }),
  ),
  ...EVERY.map((repairable) =>
    unhealed(repairable, {
      title: `leave a domain controller alone: ${repairable.title}`,
      vm: (n) => {
        const special = repairable.vm(n);
        return { ...special, guest: { ...special.guest, roles: ["domainController"] } };
      },
      outcome: "refused role-domain-controller",
      ledger: [],
      scripts: ["read-guest"],
    }),
  ),
];

const LOST: readonly RepairRow[] = EVERY.flatMap((repairable) => [
  healed(repairable, {
    title: `read again where the answer was lost: ${repairable.title}`,
    faults: [{ kind: "failOperation", ...atScript(repairable), when: "after" }],
    scripts: ["read-guest", repairable.script, "read-guest"],
    says: "The repair's own answer was lost",
  }),
  healed(repairable, {
    title: `send it twice, and change once, where its start was lost: ${repairable.title}`,
    faults: [{ kind: "lost", ...atScript(repairable) }],
  }),
  unhealed(repairable, {
    title: `do nothing too late: ${repairable.title}`,
    faults: [{ kind: "slow", ...atScript(repairable), seconds: 9 }],
    outcome:
      repairable.code === "renew-lease" ? "needsHuman lease-wrong" : "rolledBack repair-undone",
    ledger: [repairable.code === "renew-lease" ? "untouched" : "undone"],
    scripts: ["read-guest", repairable.script, "read-guest"],
  }),
]);

const DRIFTED: readonly RepairRow[] = [
  healed(lease, {
    title: "plan again where somebody set a static address meanwhile",
    faults: [
      {
        kind: "humanGuestChange",
        ...atScript(lease),
        when: "before",
        static: { addresses: ["10.40.1.248/23"] },
      },
    ],
    outcome: "healed guest-dhcp",
    ledger: ["untouched", "done"],
    scripts: ["read-guest", "repair-adapter", "read-guest", "switch-to-dhcp"],
    effects: ["staticRestored", "dhcpSwitched"],
  }),
];

/** Every way in which a repair inside Windows ends. */
export const REPAIR_ROWS: readonly RepairRow[] = [
  ...HEALED,
  ...UNDONE,
  ...HELD_BACK,
  ...LOST,
  ...DRIFTED,
];
