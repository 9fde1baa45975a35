import type { GuestState, GuestWorld } from "../../local/simulator/guest/state.ts";
import { desktopCases } from "./desktop-cases.ts";
import type { GuestAction, GuestCase } from "./engine.ts";
import {
  aGuest,
  aLease,
  anAdapter,
  aStaticAdapter,
  aWorld,
  MAC,
  readScript,
  switchScript,
} from "./guest-states.ts";

/** A case with what is expected of each action: parts of the answer and of the state that it leaves. */
export interface ExpectingCase extends GuestCase {
  readonly expected: readonly {
    readonly answer?: object;
    /** `unchanged`: the state is the one before the first action. */
    readonly state?: object | "unchanged";
    readonly seconds?: number;
  }[];
}

const LATER = "2026-03-01T10:11:00Z";
const sick = aGuest({ adapters: [aStaticAdapter()] });
const onDhcp = { adapters: [{ dhcp: true, addresses: [{ ip: "10.20.0.4", prefixLength: 24 }] }] };
const OTHER = "00-0D-3A-65-43-21";
const OTHER_GUID = "{0A0B0C0D-1111-4222-8333-444455556666}";

function run(script: string, world: Partial<GuestWorld> = {}): GuestAction {
  return { kind: "run", script, world: aWorld(world) };
}

function switching(
  title: string,
  state: GuestState,
  given: {
    readonly world?: Partial<GuestWorld>;
    readonly parameters?: Readonly<Record<string, string | number | boolean>>;
    readonly next?: readonly GuestAction[];
  },
  expected: ExpectingCase["expected"],
): ExpectingCase {
  const first = run(switchScript(state, given.parameters), given.world);
  return { title, state, actions: [first, ...(given.next ?? [])], expected };
}

const tasksFire: GuestAction = { kind: "tasks", world: aWorld({ now: LATER }) };
const vmStarts: GuestAction = { kind: "restart", world: aWorld({ now: LATER }) };
const noLease = { leases: { [MAC]: null } };

const happy: readonly ExpectingCase[] = [
  {
    title: "a healthy guest is read, and a switch finds nothing to do",
    state: aGuest(),
    actions: [run(readScript()), run(switchScript(aGuest()))],
    expected: [
      {
        answer: {
          kind: "read",
          facts: { computerName: "vm-orchid", roles: [], deadManTasks: [] },
        },
        state: "unchanged",
      },
      { answer: { exit: "already-dhcp", deadManTask: "never-armed" }, state: "unchanged" },
    ],
  },
  switching(
    "a wrong static address is switched to DHCP, and the task is gone",
    sick,
    { next: [run(readScript())] },
    [
      {
        answer: {
          exit: "switched",
          deadManTask: "gone",
          before: { dhcp: false, addresses: [{ ip: "10.20.0.99", prefixLength: 24 }] },
          after: { dhcp: true, addresses: [{ ip: "10.20.0.4", prefixLength: 24 }] },
        },
        state: { ...onDhcp, tasks: [] },
        seconds: 1,
      },
      { answer: { kind: "read", facts: { deadManTasks: [] } } },
    ],
  ),
  switching(
    "a wrong gateway with the right address is switched, and the old default route goes",
    aGuest({
      adapters: [
        aStaticAdapter({
          addresses: [{ ip: "10.20.0.4", prefixLength: 24 }],
          gateways: ["10.20.0.254"],
        }),
      ],
    }),
    {},
    [
      {
        answer: { exit: "switched", after: { gateways: ["10.20.0.1"] } },
        state: { persistentRoutes: [] },
      },
    ],
  ),
  switching("with the same gateway before and after the default route stays active", sick, {}, [
    { answer: { exit: "switched", after: { gateways: ["10.20.0.1"] } } },
  ]),
  switching(
    "a second run reports what the first one did",
    sick,
    { next: [run(switchScript(sick))] },
    [
      { answer: { exit: "switched" } },
      { answer: { exit: "already-dhcp", deadManTask: "never-armed" }, state: onDhcp },
    ],
  ),
  switching(
    "static DNS servers stay",
    aGuest({ adapters: [aStaticAdapter({ staticDnsServers: ["10.20.0.10", "10.20.0.11"] })] }),
    {},
    [
      {
        answer: { exit: "switched", after: { staticDnsServers: ["10.20.0.10", "10.20.0.11"] } },
      },
    ],
  ),
  switching(
    "a virtual function with the same MAC address and a foreign adapter are left alone",
    aGuest({
      adapters: [
        anAdapter({ name: "VF", guid: OTHER_GUID, index: 3, service: "mlx5", dhcp: true }),
        aStaticAdapter(),
      ],
    }),
    { next: [run(readScript())] },
    [
      { answer: { exit: "switched", after: { name: "Ethernet" } } },
      { answer: { facts: { adapters: [{ name: "Ethernet" }] } } },
    ],
  ),
];

const refusals: readonly ExpectingCase[] = [
  switching("a changed configuration is left alone", sick, { parameters: { fingerprint: "0" } }, [
    { answer: { exit: "drifted", deadManTask: "never-armed" }, state: "unchanged" },
  ]),
  switching(
    "a command that runs too late changes nothing",
    sick,
    { world: { now: "2026-03-01T10:05:01Z" } },
    [{ answer: { exit: "expired", before: null }, state: "unchanged" }],
  ),
  switching(
    "another run's task keeps this one away",
    aGuest({
      adapters: [aStaticAdapter()],
      tasks: [{ name: "static-ip-remediator-inc-2", fireAt: LATER, script: "# other" }],
    }),
    { next: [run(readScript())] },
    [
      { answer: { exit: "other-run" }, state: "unchanged" },
      { answer: { facts: { deadManTasks: ["inc-2"] } } },
    ],
  ),
  switching(
    "without a task nothing is changed",
    aGuest({ adapters: [aStaticAdapter()], taskRegistration: false }),
    {},
    [{ answer: { exit: "no-dead-man", deadManTask: "never-armed" }, state: "unchanged" }],
  ),
  switching(
    "without administrator rights nothing is read and nothing is changed",
    aGuest({ adapters: [aStaticAdapter()], elevated: false }),
    { next: [run(readScript())] },
    [
      { answer: { exit: "not-elevated" }, state: "unchanged" },
      { answer: { kind: "unreadable", code: "not-elevated" }, state: "unchanged" },
    ],
  ),
  switching(
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
  switching("an unknown MAC address changes nothing", sick, { parameters: { mac: OTHER } }, [
    { answer: { exit: "adapter-missing", before: null }, state: "unchanged" },
  ]),
  switching(
    "a disabled adapter is shown with its static address and left alone",
    aGuest({ adapters: [aStaticAdapter({ enabled: false })] }),
    {},
    [
      {
        answer: {
          exit: "adapter-disabled",
          before: { enabled: false, addresses: [{ ip: "10.20.0.99", prefixLength: 24 }] },
        },
        state: "unchanged",
      },
    ],
  ),
  switching(
    "another address from DHCP is not this fault",
    aGuest({ adapters: [anAdapter({ addresses: [{ ip: "10.20.0.8", prefixLength: 24 }] })] }),
    {},
    [{ answer: { exit: "lease-stale" }, state: "unchanged" }],
  ),
  ...[
    { deadManSeconds: 24 },
    { leaseWaitSeconds: 0 },
    { incidentId: "a b" },
    { expectedAddress: "ten" },
    { mac: "00-0D" },
    { notAfter: "soon" },
  ].map((parameters) =>
    switching(`the parameter ${JSON.stringify(parameters)} is refused`, sick, { parameters }, [
      { answer: { exit: "bad-parameters" }, state: "unchanged" },
    ]),
  ),
];

const service: readonly ExpectingCase[] = [
  switching(
    "a stopped and disabled DHCP client is repaired first",
    aGuest({
      adapters: [aStaticAdapter()],
      dhcpService: { state: "stopped", startMode: "disabled" },
    }),
    {},
    [
      {
        answer: { exit: "switched" },
        state: { ...onDhcp, dhcpService: { state: "running", startMode: "automatic" } },
      },
    ],
  ),
  switching(
    "a DHCP client that does not start is put back as it was",
    aGuest({
      adapters: [aStaticAdapter()],
      dhcpService: { state: "stopped", startMode: "disabled", broken: true },
    }),
    {},
    [{ answer: { exit: "dhcp-unusable", deadManTask: "gone" }, state: "unchanged" }],
  ),
  switching(
    "a repaired DHCP client is put back when no lease comes",
    aGuest({
      adapters: [aStaticAdapter()],
      dhcpService: { state: "stopped", startMode: "disabled" },
    }),
    { world: noLease },
    [{ answer: { exit: "lease-missing-restored" }, state: "unchanged" }],
  ),
];

const rich = aGuest({
  adapters: [
    aStaticAdapter({
      addresses: [
        { ip: "10.20.0.99", prefixLength: 24 },
        { ip: "10.20.7.3", prefixLength: 22 },
        { ip: "192.168.4.9", prefixLength: 25 },
      ],
      gateways: ["10.20.0.1", "10.20.0.2"],
      staticDnsServers: ["10.20.0.10"],
    }),
    aStaticAdapter({ name: "Backup", guid: OTHER_GUID, index: 9, mac: OTHER, gateways: [] }),
  ],
});

const restores: readonly ExpectingCase[] = [
  switching("all addresses and gateways are back when no lease comes", rich, { world: noLease }, [
    {
      answer: { exit: "lease-missing-restored", deadManTask: "gone" },
      state: "unchanged",
      seconds: 10,
    },
  ]),
  switching(
    "all addresses and gateways are back when the lease has another address",
    rich,
    { world: { leases: { [MAC]: aLease({ ip: "10.20.0.77" }) } } },
    [
      {
        answer: { exit: "lease-wrong-restored", deadManTask: "gone" },
        state: "unchanged",
        seconds: 10,
      },
    ],
  ),
  switching(
    "a static address that Windows could not use because of a conflict is saved from the registry",
    aGuest({
      adapters: [
        aStaticAdapter({
          addresses: [{ ip: "169.254.7.8", prefixLength: 16 }],
          configured: [{ ip: "10.20.0.99", prefixLength: 24 }],
        }),
      ],
    }),
    { world: noLease },
    [
      {
        answer: { exit: "lease-missing-restored" },
        state: { adapters: [{ dhcp: false, addresses: [{ ip: "10.20.0.99", prefixLength: 24 }] }] },
      },
    ],
  ),
  switching(
    "an adapter with DHCP off and no address ends so again when no lease comes",
    aGuest({ adapters: [aStaticAdapter({ addresses: [], gateways: [] })] }),
    { world: noLease },
    [{ answer: { exit: "lease-missing-restored", deadManTask: "gone" }, state: "unchanged" }],
  ),
  switching("a switch that netsh refuses leaves nothing", sick, { world: { faults: ["switch"] } }, [
    { answer: { exit: "netsh-failed", deadManTask: "gone" }, state: "unchanged" },
  ]),
  switching(
    "a way back that fails leaves the task armed, and the task goes the way back",
    sick,
    { world: { ...noLease, faults: ["restore"] }, next: [tasksFire] },
    [
      {
        answer: { exit: "restore-failed", deadManTask: "armed" },
        state: { tasks: [{ name: "static-ip-remediator-inc-7", fireAt: "2026-03-01T10:10:00Z" }] },
      },
      { state: "unchanged" },
    ],
  ),
  switching(
    "a task that cannot be removed is reported as armed, and later only removes itself",
    sick,
    { world: { faults: ["unregister"] }, next: [tasksFire] },
    [
      { answer: { exit: "switched", deadManTask: "armed" }, state: onDhcp },
      { state: { ...onDhcp, tasks: [] } },
    ],
  ),
  switching(
    "a primary NIC without the lease's default route is reported and not undone",
    sick,
    { world: { leases: { [MAC]: aLease({ gateway: null }) } } },
    [{ answer: { exit: "no-default-route", deadManTask: "gone" }, state: onDhcp }],
  ),
  switching(
    "a secondary NIC needs no default route",
    sick,
    { world: { leases: { [MAC]: aLease({ gateway: null }) } }, parameters: { primaryNic: false } },
    [{ answer: { exit: "switched", deadManTask: "gone" }, state: onDhcp }],
  ),
];

const kills: readonly ExpectingCase[] = [
  ...[
    { how: "when its time comes", action: tasksFire },
    { how: "as the VM starts again, which was off at its time", action: vmStarts },
  ].flatMap(({ how, action }) => [
    switching(
      `killed after the lease: the task only removes itself, ${how}`,
      sick,
      { world: { killAfter: "leased" }, next: [action] },
      [
        { state: { ...onDhcp, tasks: [{ name: "static-ip-remediator-inc-7" }] } },
        { state: { ...onDhcp, tasks: [] } },
      ],
    ),
    switching(
      `killed while no lease comes: the task restores, ${how}`,
      rich,
      {
        world: { ...noLease, killAfter: "switched" },
        next: [{ ...action, world: { ...action.world, ...noLease } }],
      },
      [
        { state: { adapters: [{ dhcp: true }, { dhcp: false }] } },
        {
          state: {
            adapters: rich.adapters,
            persistentRoutes: rich.persistentRoutes,
            tasks: [],
          },
        },
      ],
    ),
    switching(
      `killed before the switch: the task finds the old configuration, ${how}`,
      sick,
      { world: { killAfter: "armed" }, next: [action] },
      [
        { state: { adapters: sick.adapters, tasks: [{ name: "static-ip-remediator-inc-7" }] } },
        { state: { adapters: sick.adapters, tasks: [] } },
      ],
    ),
  ]),
  switching(
    "a task does not fire before its time",
    sick,
    {
      world: { ...noLease, killAfter: "switched" },
      next: [{ kind: "tasks", world: aWorld({ now: "2026-03-01T10:09:59Z" }) }],
    },
    [{}, { state: { tasks: [{ name: "static-ip-remediator-inc-7" }] } }],
  ),
  switching(
    "the same incident's next run disarms a task that was left behind",
    sick,
    { world: { killAfter: "leased" }, next: [run(switchScript(sick))] },
    [{}, { answer: { exit: "already-dhcp", deadManTask: "gone" }, state: { tasks: [] } }],
  ),
];

/** Names that no shell may ever read as more than a name. */
export const ODD_NAMES: readonly string[] = [
  "Ethernet & co's",
  'A "double" one',
  "It's `backticked`",
  "\u201Ccurly\u201D \u2018single\u2019 \u201Elow\u201C \u00ABguillemets\u00BB",
  "\u041F\u043E\u0434\u043A\u043B\u044E\u0447\u0435\u043D\u0438\u0435 \u043F\u043E \u0441\u0435\u0442\u0438 2",
  "$(Stop-Computer); $env:x | netsh; %PATH% ^& source=static",
  "name=source=dhcp",
  "123456",
  " leading and trailing ",
  "back\\slash\\",
  "tab\tand\nnewline",
  "\u{1F310} network",
  "e".repeat(256),
  "\u042F".repeat(256),
];

const names: readonly ExpectingCase[] = ODD_NAMES.flatMap((name, index) => [
  switching(
    `the adapter name ${JSON.stringify(name.slice(0, 40))} is only a name`,
    aGuest({ adapters: [aStaticAdapter({ name })] }),
    { next: [run(readScript())] },
    [{ answer: { exit: "switched" }, state: onDhcp }, { answer: { kind: "read" } }],
  ),
  switching(
    `the adapter with odd name ${index + 1} is put back`,
    aGuest({ adapters: [aStaticAdapter({ name })] }),
    { world: noLease },
    [{ answer: { exit: "lease-missing-restored" }, state: "unchanged" }],
  ),
]);

/** Eight adapters, as the largest VM sizes have. */
export const eightAdapters = aGuest({
  roles: ["clusterNode", "domainController"],
  adapters: Array.from({ length: 8 }, (_, index) =>
    aStaticAdapter({
      name: `Ethernet ${index + 1}`,
      guid: `{6F1B2A30-5C4D-4E7F-8A90-1B2C3D4E5F6${index}}`,
      index: 20 - index,
      mac: index === 5 ? MAC : `00-0D-3A-12-34-0${index}`,
      addresses: [
        { ip: `10.2${index}.100.1${index}4`, prefixLength: 24 },
        { ip: `10.2${index}.101.1${index}5`, prefixLength: 24 },
      ],
      gateways: [`10.2${index}.100.1`],
      staticDnsServers: ["10.20.100.110", "10.20.100.111"],
    }),
  ),
});

/** 256 Cyrillic letters without a pattern, so that packing does not make them short. */
function longName(seed: number): string {
  let value = seed;
  return Array.from({ length: 256 }, () => {
    value = (value * 1_103_515_245 + 12_345) % 2_147_483_648;
    return String.fromCodePoint(0x0410 + ((value >> 16) % 64));
  }).join("");
}

const many: readonly ExpectingCase[] = [
  {
    title: "eight adapters, all of them shown",
    state: eightAdapters,
    actions: [run(readScript())],
    expected: [
      {
        answer: {
          facts: {
            roles: ["domainController", "clusterNode"],
            adapters: eightAdapters.adapters.map(({ mac }) => ({ mac })).toReversed(),
          },
        },
      },
    ],
  },
  {
    title: "eight adapters with the longest names there are",
    state: {
      ...eightAdapters,
      adapters: eightAdapters.adapters.map((adapter) =>
        Object.assign(structuredClone(adapter), { name: longName(adapter.index) }),
      ),
    },
    actions: [run(readScript())],
    expected: [{ answer: { kind: "read", netshText: null } }],
  },
  {
    title: "more addresses than an answer can hold are an answer too",
    state: aGuest({
      adapters: [
        aStaticAdapter({
          addresses: Array.from({ length: 254 }, (_, index) => ({
            ip: `10.200.100.${index + 1}`,
            prefixLength: 24,
          })),
        }),
      ],
    }),
    actions: [run(readScript())],
    expected: [{ answer: { kind: "unreadable", code: "envelope-too-large" } }],
  },
];

/** Every named case of the guest scripts. */
export const guestCases: readonly ExpectingCase[] = [
  ...happy,
  ...refusals,
  ...service,
  ...restores,
  ...kills,
  ...names,
  ...many,
  ...desktopCases,
];
