import { adapterViews } from "../../local/simulator/guest/envelope.ts";
import type { GuestState, GuestWorld } from "../../local/simulator/guest/state.ts";
import { renderScript, type GuestScriptParameters } from "../../shared/guest/script.ts";
import type { GuestAction } from "./engine.ts";
import { ODD_NAMES, type ExpectingCase } from "./guest-cases.ts";
import { aGuest, anAdapter, aStaticAdapter, aWorld, MAC } from "./guest-states.ts";

const TASK = "static-ip-remediator-inc-7";

/** The script that gives the adapter with `MAC` its static configuration back, with the fingerprint of the state. */
function restoreScript(state: GuestState, overrides: GuestScriptParameters = {}): string {
  return renderScript("restore-static", {
    incidentId: "inc-7",
    mac: MAC,
    fingerprint: adapterViews(state).find((view) => view.mac === MAC)?.fp ?? "",
    notAfter: "2026-03-01T10:05:00Z",
    primaryNic: true,
    leaseWaitSeconds: 10,
    addresses: "10.20.0.4/255.255.255.0,10.20.0.5/255.255.255.0",
    gateways: "10.20.0.1",
    deadManSeconds: 600,
    ...overrides,
  }).join("\n");
}

interface Given {
  readonly world?: Partial<GuestWorld>;
  readonly parameters?: GuestScriptParameters;
  readonly next?: readonly GuestAction[];
}

function restoring(
  title: string,
  state: GuestState,
  { world, parameters, next = [] }: Given,
  expected: ExpectingCase["expected"],
): ExpectingCase {
  const script = restoreScript(state, parameters);
  const first: GuestAction = { kind: "run", script, world: aWorld(world) };
  return { title: `restore: ${title}`, state, actions: [first, ...next], expected };
}

const two = [
  { ip: "10.20.0.4", prefixLength: 24 },
  { ip: "10.20.0.5", prefixLength: 24 },
];
const onDhcp = aGuest();
const restored = {
  adapters: [{ dhcp: false, addresses: two, gateways: ["10.20.0.1"] }],
  tasks: [],
};
const leased = { adapters: [{ dhcp: true, addresses: [{ ip: "10.20.0.4", prefixLength: 24 }] }] };
const tasksFire: GuestAction = { kind: "tasks", world: aWorld({ now: "2026-03-01T10:11:00Z" }) };
const otherTask = {
  name: "static-ip-remediator-inc-3",
  fireAt: "2026-03-01T11:00:00Z",
  script: "",
};

/** The ways in which the way back to a static configuration can end, and what each leaves behind. */
export const restoreCases: readonly ExpectingCase[] = [
  restoring("the static configuration is back, and the task is gone", onDhcp, {}, [
    {
      answer: {
        kind: "answer",
        exit: "static-restored",
        deadManTask: "gone",
        before: { dhcp: true },
        after: { dhcp: false, addresses: two },
      },
      state: restored,
      seconds: 0,
    },
  ]),
  restoring(
    "run again it finds nothing to do",
    onDhcp,
    { next: [{ kind: "run", script: restoreScript(onDhcp), world: aWorld() }] },
    [
      { answer: { exit: "static-restored" } },
      { answer: { exit: "already-static", deadManTask: "never-armed" }, state: restored },
    ],
  ),
  restoring(
    "one address without a gateway",
    aGuest({ adapters: [anAdapter({ gateways: [], staticDnsServers: ["10.20.0.10"] })] }),
    { parameters: { addresses: "10.20.0.4/255.255.255.0", gateways: "" } },
    [
      {
        answer: { exit: "static-restored" },
        state: {
          adapters: [{ dhcp: false, gateways: [], staticDnsServers: ["10.20.0.10"] }],
        },
      },
    ],
  ),
  restoring("several gateways", onDhcp, { parameters: { gateways: "10.20.0.1,10.20.0.2" } }, [
    {
      answer: { exit: "static-restored" },
      state: { adapters: [{ gateways: ["10.20.0.1", "10.20.0.2"] }] },
    },
  ]),
  restoring("netsh sets nothing: DHCP stays on", onDhcp, { world: { faults: ["restore"] } }, [
    {
      answer: { exit: "not-in-force-undone", deadManTask: "gone" },
      state: "unchanged",
      seconds: 10,
    },
  ]),
  restoring("an address that Windows does not take", onDhcp, { world: { faults: ["add"] } }, [
    { answer: { exit: "not-in-force-undone", deadManTask: "gone" }, state: leased },
  ]),
  restoring(
    "what cannot be put back is left to the task, which puts DHCP on",
    onDhcp,
    { world: { faults: ["add", "switch"] }, next: [tasksFire] },
    [
      {
        answer: { exit: "restore-failed", deadManTask: "armed" },
        state: { adapters: [{ dhcp: false }], tasks: [{ name: TASK }] },
      },
      { state: { ...leased, tasks: [] } },
    ],
  ),
  restoring(
    "killed before the change, the task only removes itself",
    onDhcp,
    { world: { killAfter: "armed" }, next: [tasksFire] },
    [{ state: { ...leased, tasks: [{ name: TASK }] } }, { state: { ...leased, tasks: [] } }],
  ),
  restoring(
    "killed midway, the task puts DHCP on",
    onDhcp,
    { world: { killAfter: "switched" }, next: [tasksFire] },
    [
      { state: { adapters: [{ dhcp: false }], tasks: [{ name: TASK }] } },
      { state: { ...leased, tasks: [] } },
    ],
  ),
  restoring(
    "killed when all addresses are there, the task leaves them",
    onDhcp,
    {
      parameters: { addresses: "10.20.0.4/255.255.255.0" },
      world: { killAfter: "switched" },
      next: [tasksFire],
    },
    [
      { state: { adapters: [{ dhcp: false }], tasks: [{ name: TASK }] } },
      { state: { adapters: [{ dhcp: false, gateways: ["10.20.0.1"] }], tasks: [] } },
    ],
  ),
  restoring("a task that stays is told", onDhcp, { world: { faults: ["unregister"] } }, [
    { answer: { exit: "static-restored", deadManTask: "armed" }, state: { tasks: [{}] } },
  ]),
  restoring("no task can be armed", aGuest({ taskRegistration: false }), {}, [
    { answer: { exit: "no-dead-man", deadManTask: "never-armed" }, state: "unchanged" },
  ]),
  restoring("not as it was read", onDhcp, { parameters: { fingerprint: "0000" } }, [
    { answer: { exit: "drifted" }, state: "unchanged" },
  ]),
  restoring("static already, with other addresses", aGuest({ adapters: [aStaticAdapter()] }), {}, [
    { answer: { exit: "drifted" }, state: "unchanged" },
  ]),
  restoring("a script that comes late", onDhcp, { world: { now: "2026-03-01T10:05:01Z" } }, [
    { answer: { exit: "expired" }, state: "unchanged" },
  ]),
  restoring("another run's task", aGuest({ tasks: [otherTask] }), {}, [
    { answer: { exit: "other-run" }, state: "unchanged" },
  ]),
  restoring("an adapter that is gone", onDhcp, { parameters: { mac: "00-0D-3A-00-00-00" } }, [
    { answer: { exit: "adapter-missing", before: null }, state: "unchanged" },
  ]),
  restoring(
    "an adapter that is disabled",
    aGuest({ adapters: [anAdapter({ enabled: false, addresses: [], gateways: [] })] }),
    {},
    [{ answer: { exit: "adapter-disabled" }, state: "unchanged" }],
  ),
  restoring("without administrator rights", aGuest({ elevated: false }), {}, [
    { answer: { exit: "not-elevated" }, state: "unchanged" },
  ]),
  ...["10.20.0.4", "10.20.0.4/24", "10.20.0.4/255.255.255.0/1", ""].map((addresses) =>
    restoring(`addresses ${JSON.stringify(addresses)}`, onDhcp, { parameters: { addresses } }, [
      { answer: { exit: "bad-parameters" }, state: "unchanged" },
    ]),
  ),
  restoring("a gateway that is none", onDhcp, { parameters: { gateways: "10.20.0.1;x" } }, [
    { answer: { exit: "bad-parameters" }, state: "unchanged" },
  ]),
  restoring("a task that would fire too early", onDhcp, { parameters: { deadManSeconds: 24 } }, [
    { answer: { exit: "bad-parameters" }, state: "unchanged" },
  ]),
  ...ODD_NAMES.map((name) =>
    restoring(
      `the adapter name ${JSON.stringify(name.slice(0, 40))} is only a name`,
      aGuest({ adapters: [anAdapter({ name })] }),
      {},
      [{ answer: { exit: "static-restored" }, state: restored }],
    ),
  ),
];
