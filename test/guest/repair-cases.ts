import { adapterViews } from "../../local/simulator/guest/envelope.ts";
import type {
  GuestAdapterState,
  GuestState,
  GuestWorld,
} from "../../local/simulator/guest/state.ts";
import { renderScript, type GuestScriptParameters } from "../../shared/guest/script.ts";
import type { GuestAction } from "./engine.ts";
import { ODD_NAMES, type ExpectingCase } from "./guest-cases.ts";
import { aGuest, aLease, anAdapter, aStaticAdapter, aWorld, MAC } from "./guest-states.ts";

const OTHER = "00-0D-3A-65-43-21";
const OTHER_GUID = "{0A0B0C0D-1111-4222-8333-444455556666}";
const TASK = "static-ip-remediator-inc-7";

/** What a script that repairs one adapter is called, and what it is told beside the usual. */
type Repair = "enable" | "service" | "renew" | "set";

function commonParameters(state: GuestState): GuestScriptParameters {
  return {
    incidentId: "inc-7",
    mac: MAC,
    fingerprint: adapterViews(state).find((view) => view.mac === MAC)?.fp ?? "",
    notAfter: "2026-03-01T10:05:00Z",
    primaryNic: true,
    leaseWaitSeconds: 10,
  };
}

/** A repairing script for the adapter with `MAC`, with the fingerprint of the state. */
export function repairScript(
  repair: Repair,
  state: GuestState,
  overrides: GuestScriptParameters = {},
): string {
  const common = commonParameters(state);
  const lines =
    repair === "set"
      ? renderScript("set-addresses", {
          ...common,
          addresses: "10.20.0.4/255.255.255.0,10.20.0.5/255.255.255.0",
          gateway: "10.20.0.1",
          deadManSeconds: 600,
          ...overrides,
        })
      : renderScript("repair-adapter", {
          ...common,
          repair,
          expectedAddress: "10.20.0.4",
          ...overrides,
        });
  return lines.join("\n");
}

interface Given {
  readonly world?: Partial<GuestWorld>;
  readonly parameters?: GuestScriptParameters;
  readonly next?: readonly GuestAction[];
}

/** A case of one script. */
type Case = (
  title: string,
  state: GuestState,
  given: Given,
  expected: ExpectingCase["expected"],
) => ExpectingCase;

function casesOf(repair: Repair): Case {
  return (title, state, { world, parameters, next }, expected) => {
    const script = repairScript(repair, state, parameters);
    const first: GuestAction = { kind: "run", script, world: aWorld(world) };
    return { title: `${repair}: ${title}`, state, actions: [first, ...(next ?? [])], expected };
  };
}

const enabling = casesOf("enable");
const starting = casesOf("service");
const renewing = casesOf("renew");
const setting = casesOf("set");

const noLease = { leases: { [MAC]: null } };
const otherLease = { leases: { [MAC]: aLease({ ip: "10.20.0.77" }) } };
const noGateway = { leases: { [MAC]: aLease({ gateway: null }) } };
const tasksFire: GuestAction = { kind: "tasks", world: aWorld({ now: "2026-03-01T10:11:00Z" }) };

const right = { adapters: [{ dhcp: true, addresses: [{ ip: "10.20.0.4", prefixLength: 24 }] }] };
const bare: Partial<GuestAdapterState> = { addresses: [], gateways: [] };
const off = aGuest({ adapters: [anAdapter({ ...bare, enabled: false })] });
const offStatic = aGuest({ adapters: [aStaticAdapter({ enabled: false })] });
const stale = aGuest({
  adapters: [anAdapter({ addresses: [{ ip: "10.20.0.8", prefixLength: 24 }] })],
});
const stopped = aGuest({
  adapters: [anAdapter(bare)],
  dhcpService: { state: "stopped", startMode: "disabled" },
});
const stoppedManual = aGuest({
  adapters: [anAdapter(bare)],
  dhcpService: { state: "stopped", startMode: "manual" },
});
const running = { dhcpService: { state: "running", startMode: "automatic" } };

const enable: readonly ExpectingCase[] = [
  enabling("an adapter on DHCP comes up with the right lease", off, {}, [
    {
      answer: {
        kind: "answer",
        exit: "repaired",
        deadManTask: "never-armed",
        before: { enabled: false },
        after: { enabled: true, addresses: [{ ip: "10.20.0.4", prefixLength: 24 }] },
      },
      state: right,
      seconds: 1,
    },
  ]),
  enabling(
    "run again it finds nothing to do",
    off,
    { next: [{ kind: "run", script: repairScript("enable", off), world: aWorld() }] },
    [{ answer: { exit: "repaired" } }, { answer: { exit: "already-right" }, state: right }],
  ),
  enabling("one without any lease is off again", off, { world: noLease }, [
    { answer: { exit: "lease-missing-restored" }, state: "unchanged", seconds: 10 },
  ]),
  enabling("one with another lease is off again", off, { world: otherLease }, [
    { answer: { exit: "lease-wrong-restored" }, state: "unchanged", seconds: 10 },
  ]),
  enabling("a static one stays on, for the next diagnosis", offStatic, {}, [
    {
      answer: { exit: "enabled-static", after: { enabled: true, dhcp: false } },
      state: { adapters: [{ enabled: true, addresses: [{ ip: "10.20.0.99" }] }] },
    },
  ]),
  enabling("one that does not come up is left as it was", off, { world: { faults: ["enable"] } }, [
    { answer: { exit: "enable-failed" }, state: "unchanged", seconds: 5 },
  ]),
  enabling(
    "one that does not go off again is told",
    off,
    { world: { ...noLease, faults: ["disable"] } },
    [{ answer: { exit: "restore-failed" }, state: { adapters: [{ enabled: true }] } }],
  ),
  enabling("a primary NIC without the lease's default route is told", off, { world: noGateway }, [
    { answer: { exit: "no-default-route" }, state: right },
  ]),
  enabling(
    "a secondary NIC needs no default route",
    off,
    { world: noGateway, parameters: { primaryNic: false } },
    [{ answer: { exit: "repaired" }, state: right }],
  ),
  enabling("one that is on meanwhile with another address is left alone", stale, {}, [
    { answer: { exit: "drifted" }, state: "unchanged" },
  ]),
  enabling(
    "killed just after, it leaves the adapter on",
    off,
    { world: { killAfter: "switched" } },
    [{ state: { adapters: [{ enabled: true }], tasks: [] } }],
  ),
];

const service: readonly ExpectingCase[] = [
  starting("a disabled service is automatic and runs, and the lease comes", stopped, {}, [
    { answer: { exit: "repaired", before: { addresses: [] } }, state: { ...right, ...running } },
  ]),
  starting("a stopped one that starts by hand is automatic too", stoppedManual, {}, [
    { answer: { exit: "repaired" }, state: { ...right, ...running } },
  ]),
  starting("it is put back where no lease comes", stopped, { world: noLease }, [
    {
      answer: { exit: "lease-missing-restored" },
      state: { dhcpService: stopped.dhcpService },
      seconds: 10,
    },
  ]),
  starting("it is put back where another lease comes", stoppedManual, { world: otherLease }, [
    {
      answer: { exit: "lease-wrong-restored" },
      state: { dhcpService: stoppedManual.dhcpService },
    },
  ]),
  starting(
    "one that does not start is put back",
    { ...stopped, dhcpService: { ...stopped.dhcpService, broken: true } },
    {},
    [{ answer: { exit: "dhcp-unusable" }, state: "unchanged" }],
  ),
  starting(
    "one that cannot be stopped again is told",
    stopped,
    { world: { ...noLease, faults: ["stop"] } },
    [
      {
        answer: { exit: "restore-failed" },
        state: { dhcpService: { state: "running", startMode: "disabled" } },
      },
    ],
  ),
  starting("a static adapter is left alone", aGuest({ adapters: [aStaticAdapter()] }), {}, [
    { answer: { exit: "drifted" }, state: "unchanged" },
  ]),
  starting("a disabled adapter is left alone", off, {}, [
    { answer: { exit: "adapter-disabled" }, state: "unchanged" },
  ]),
];

const renew: readonly ExpectingCase[] = [
  renewing("a stale lease gives way to Azure's address", stale, {}, [
    { answer: { exit: "repaired" }, state: right, seconds: 1 },
  ]),
  renewing("none at all is told, and nothing is to be put back", stale, { world: noLease }, [
    { answer: { exit: "lease-missing" }, state: { adapters: [{ dhcp: true }] }, seconds: 10 },
  ]),
  renewing("another one is told", stale, { world: otherLease }, [
    {
      answer: { exit: "lease-wrong", after: { addresses: [{ ip: "10.20.0.77" }] } },
      state: { adapters: [{ dhcp: true }] },
    },
  ]),
  renewing("without the service nothing is asked for", stopped, {}, [
    { answer: { exit: "dhcp-unusable" }, state: "unchanged" },
  ]),
  renewing("a renewal that fails leaves nothing", stale, { world: { faults: ["renew"] } }, [
    { answer: { exit: "error-restored" }, state: "unchanged" },
  ]),
  renewing("killed just after, it leaves the lease", stale, { world: { killAfter: "switched" } }, [
    { state: right },
  ]),
];

const two = [
  { ip: "10.20.0.4", prefixLength: 24 },
  { ip: "10.20.0.5", prefixLength: 24, skipAsSource: true },
];
const wrong = aGuest({ adapters: [aStaticAdapter()] });
const set = { adapters: [{ dhcp: false, addresses: two, gateways: ["10.20.0.1"] }], tasks: [] };
const rich = aGuest({
  adapters: [
    aStaticAdapter({
      addresses: [
        { ip: "10.20.0.99", prefixLength: 24 },
        { ip: "10.20.7.3", prefixLength: 22, skipAsSource: true },
      ],
      gateways: ["10.20.0.1", "10.20.0.2"],
      staticDnsServers: ["10.20.0.10"],
    }),
    aStaticAdapter({ name: "Backup", guid: OTHER_GUID, index: 9, mac: OTHER, gateways: [] }),
  ],
});

const sets: readonly ExpectingCase[] = [
  setting("Azure's own addresses, the others not as a source; the task is gone", wrong, {}, [
    {
      answer: {
        kind: "answer",
        exit: "addresses-set",
        deadManTask: "gone",
        before: { addresses: [{ ip: "10.20.0.99", prefixLength: 24 }] },
        after: { dhcp: false, addresses: two.map(({ ip }) => ({ ip })) },
      },
      state: set,
      seconds: 0,
    },
  ]),
  setting(
    "run again it finds nothing to do",
    wrong,
    { next: [{ kind: "run", script: repairScript("set", wrong), world: aWorld() }] },
    [
      { answer: { exit: "addresses-set" } },
      { answer: { exit: "already-set", deadManTask: "never-armed" }, state: set },
    ],
  ),
  setting("static DNS servers, and other adapters, stay", rich, {}, [
    {
      answer: { exit: "addresses-set" },
      state: { adapters: [{ addresses: two, staticDnsServers: ["10.20.0.10"] }, rich.adapters[1]] },
    },
  ]),
  setting("a secondary NIC keeps its gateways", rich, { parameters: { primaryNic: false } }, [
    {
      answer: { exit: "addresses-set" },
      state: { adapters: [{ addresses: two, gateways: ["10.20.0.1", "10.20.0.2"] }, {}] },
    },
  ]),
  setting(
    "one address that is missing is added",
    aGuest({ adapters: [aStaticAdapter({ addresses: [{ ip: "10.20.0.4", prefixLength: 24 }] })] }),
    {},
    [{ answer: { exit: "addresses-set" }, state: set }],
  ),
  setting("netsh sets nothing: nothing is left", rich, { world: { faults: ["restore"] } }, [
    { answer: { exit: "not-set-restored", deadManTask: "gone" }, state: "unchanged", seconds: 10 },
  ]),
  setting("a second address that Windows does not take", wrong, { world: { faults: ["add"] } }, [
    { answer: { exit: "not-set-restored", deadManTask: "gone" }, state: "unchanged" },
  ]),
  setting(
    "a way back that fails leaves the task armed, and the task goes the way back, marks included",
    rich,
    { world: { faults: ["add"] }, next: [tasksFire] },
    [
      {
        answer: { exit: "restore-failed", deadManTask: "armed" },
        state: { tasks: [{ name: TASK, fireAt: "2026-03-01T10:10:00Z" }] },
      },
      { state: "unchanged" },
    ],
  ),
  setting(
    "a task that cannot be removed is reported as armed, and later only removes itself",
    wrong,
    { world: { faults: ["unregister"] }, next: [tasksFire] },
    [{ answer: { exit: "addresses-set", deadManTask: "armed" } }, { state: set }],
  ),
  setting("sources that cannot be marked are told", wrong, { world: { faults: ["sources"] } }, [
    {
      answer: { exit: "sources-not-set", deadManTask: "gone" },
      state: { adapters: [{ addresses: two.map(({ ip }) => ({ ip })) }] },
    },
  ]),
  setting("without a task nothing is changed", { ...wrong, taskRegistration: false }, {}, [
    { answer: { exit: "no-dead-man", deadManTask: "never-armed" }, state: "unchanged" },
  ]),
  setting("an adapter on DHCP is left alone", stale, {}, [
    { answer: { exit: "drifted" }, state: "unchanged" },
  ]),
  setting("a disabled adapter is left alone", offStatic, {}, [
    { answer: { exit: "adapter-disabled" }, state: "unchanged" },
  ]),
  setting(
    "an adapter that netsh cannot be told apart from another is left alone",
    aGuest({
      adapters: [
        aStaticAdapter({ name: "4711", index: 7 }),
        anAdapter({ name: "7", guid: OTHER_GUID, index: 9, mac: OTHER }),
      ],
    }),
    {},
    [{ answer: { exit: "error", deadManTask: "never-armed" }, state: "unchanged" }],
  ),
  setting(
    "killed between two addresses: the task restores",
    rich,
    { world: { killAfter: "switched" }, next: [tasksFire] },
    [
      { state: { adapters: [{ addresses: [{ ip: "10.20.0.4" }] }, {}] } },
      { state: { adapters: rich.adapters, tasks: [] } },
    ],
  ),
  setting(
    "killed before: the task finds the old configuration",
    rich,
    { world: { killAfter: "armed" }, next: [tasksFire] },
    [{ state: { tasks: [{ name: TASK }] } }, { state: { adapters: rich.adapters, tasks: [] } }],
  ),
  ...[
    { deadManSeconds: 24 },
    { addresses: "10.20.0.4" },
    { addresses: "10.20.0.4/255.255.255.0/1" },
    { addresses: "10.20.0.4/255.255.255.0,ten/255.255.255.0" },
    { gateway: "" },
  ].map((parameters) =>
    setting(`the parameter ${JSON.stringify(parameters)} is refused`, wrong, { parameters }, [
      { answer: { exit: "bad-parameters" }, state: "unchanged" },
    ]),
  ),
];

const guarded = [
  ["enable", off],
  ["service", stopped],
  ["renew", stale],
  ["set", wrong],
] as const;

const guards: readonly ExpectingCase[] = guarded.flatMap(([repair, state]) => {
  const guarding = casesOf(repair);
  const late = { now: "2026-03-01T10:05:01Z" };
  const task = { name: "static-ip-remediator-inc-2", fireAt: late.now, script: "# other" };
  return [
    guarding("a changed configuration is left alone", state, { parameters: { fingerprint: "0" } }, [
      { answer: { exit: "drifted" }, state: "unchanged" },
    ]),
    guarding("a command that runs too late changes nothing", state, { world: late }, [
      { answer: { exit: "expired", before: null }, state: "unchanged" },
    ]),
    guarding("another run's task keeps this one away", { ...state, tasks: [task] }, {}, [
      { answer: { exit: "other-run" }, state: "unchanged" },
    ]),
    guarding("an unknown MAC address changes nothing", state, { parameters: { mac: OTHER } }, [
      { answer: { exit: "adapter-missing" }, state: "unchanged" },
    ]),
    guarding("nothing happens without administrator rights", { ...state, elevated: false }, {}, [
      { answer: { exit: "not-elevated" }, state: "unchanged" },
    ]),
  ];
});

const others: readonly ExpectingCase[] = [
  ...[{ repair: "reboot" }, { repair: "Enable" }, { expectedAddress: "ten" }].map((parameters) =>
    renewing(`the parameter ${JSON.stringify(parameters)} is refused`, stale, { parameters }, [
      { answer: { exit: "bad-parameters" }, state: "unchanged" },
    ]),
  ),
  renewing(
    "this run's own armed task is waited for",
    { ...stale, tasks: [{ name: TASK, fireAt: "2026-03-01T10:11:00Z", script: "# a switch's" }] },
    {},
    [{ answer: { exit: "task-armed", deadManTask: "armed" }, state: "unchanged" }],
  ),
];

const names: readonly ExpectingCase[] = ODD_NAMES.flatMap((name, index) => [
  enabling(
    `the adapter with odd name ${index + 1} comes up`,
    aGuest({ adapters: [anAdapter({ ...bare, enabled: false, name })] }),
    {},
    [{ answer: { exit: "repaired" }, state: right }],
  ),
  setting(
    `the adapter with odd name ${index + 1} gets its addresses`,
    aGuest({ adapters: [aStaticAdapter({ name })] }),
    {},
    [{ answer: { exit: "addresses-set" }, state: set }],
  ),
]);

/** Every named case of the scripts that repair one adapter. */
export const repairCases: readonly ExpectingCase[] = [
  ...enable,
  ...service,
  ...renew,
  ...sets,
  ...guards,
  ...others,
  ...names,
];
