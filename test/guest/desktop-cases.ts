import { deviceIdOf } from "../../local/simulator/guest/devices.ts";
import { RDP_RULE } from "../../local/simulator/guest/remote-desktop.ts";
import type {
  GhostAdapterState,
  GuestFirewallState,
  GuestRdpState,
  GuestState,
  GuestWorld,
} from "../../local/simulator/guest/state.ts";
import { renderScript } from "../../shared/guest/script.ts";
import type { GuestAction } from "./engine.ts";
import type { ExpectingCase } from "./guest-cases.ts";
import { aGuest, anAdapter, aStaticAdapter, aWorld } from "./guest-states.ts";

const NOT_AFTER = "2026-03-01T10:05:00Z";
const RUNNING = { state: "running", startMode: "manual" } as const;

const looking: GuestAction = {
  kind: "run",
  script: renderScript("look-further", {}).join("\n"),
  world: aWorld(),
};

function removing(remove: string, world: Partial<GuestWorld> = {}): GuestAction {
  const script = renderScript("remove-ghosts", { remove, notAfter: NOT_AFTER }).join("\n");
  return { kind: "run", script, world: aWorld(world) };
}

function rdp(changes: Partial<GuestRdpState>): GuestRdpState {
  return { service: RUNNING, denied: "no", port: 3389, listener: true, ...changes };
}

function firewall(changes: Partial<GuestFirewallState>): GuestFirewallState {
  return { profile: "Public", enabled: true, blocksAll: false, rules: [RDP_RULE], ...changes };
}

/** A ghost of the hypervisor's network, or of another driver; the n-th of its VM. */
function aGhost(n: number, changes: Partial<GhostAdapterState> = {}): GhostAdapterState {
  return {
    name: `Ethernet ${n}`,
    description: `Microsoft Hyper-V Network Adapter #${n}`,
    guid: `{0A0B0C0D-1111-4222-8333-4444555566${String(n).padStart(2, "0")}}`,
    index: 20 + n,
    dhcp: true,
    addresses: [],
    gateways: [],
    staticDnsServers: [],
    ...changes,
  };
}

const first = aGhost(2);
const second = aGhost(3);
const mellanox = aGhost(4, { service: "mlx5", description: "Mellanox ConnectX-4 Lx Virtual" });
const foreign = aGhost(5, { service: "e1iexpress", description: "Intel(R) 82574L" });
const disabled = anAdapter({
  name: "Off",
  guid: "{0A0B0C0D-1111-4222-8333-444455556677}",
  enabled: false,
});
const haunted = aGuest({
  adapters: [anAdapter(), disabled],
  ghosts: [second, mellanox, first, foreign],
});

function shown(ghost: GhostAdapterState): object {
  return {
    id: deviceIdOf(ghost),
    name: ghost.description,
    service: ghost.service ?? "netvsc",
  };
}

function lookAt(title: string, state: Partial<GuestState>, facts: object): ExpectingCase {
  return {
    title: `looking further: ${title}`,
    state: aGuest(state),
    actions: [looking],
    expected: [{ answer: { kind: "looked", facts }, state: "unchanged" }],
  };
}

function verdict(profile: string, kind: string, rule: string | null): object {
  return { firewall: [{ profile, verdict: kind, rule }] };
}

const causes: readonly ExpectingCase[] = [
  lookAt(
    "a Windows in which nothing is wrong",
    {},
    {
      service: RUNNING,
      denied: "no",
      port: 3389,
      listening: true,
      ...verdict("Public", "allows", RDP_RULE.name),
      ghosts: { count: 0, ghosts: [] },
      detail: null,
    },
  ),
  lookAt(
    "a service that is disabled",
    { rdp: rdp({ service: { state: "stopped", startMode: "disabled" } }) },
    { service: { state: "stopped", startMode: "disabled" }, listening: false },
  ),
  lookAt(
    "a service that is stopped",
    { rdp: rdp({ service: { state: "stopped", startMode: "automatic" } }) },
    { service: { state: "stopped", startMode: "automatic" }, listening: false },
  ),
  lookAt(
    "Remote Desktop switched off",
    { rdp: rdp({ denied: "setting" }) },
    { denied: "setting", listening: false },
  ),
  lookAt(
    "Remote Desktop switched off by a policy",
    { rdp: rdp({ denied: "policy" }) },
    { denied: "policy", listening: false },
  ),
  lookAt(
    "another port, which no rule lets in",
    { rdp: rdp({ port: 33_890 }) },
    { port: 33_890, listening: true, ...verdict("Public", "blocks", null) },
  ),
  lookAt("a listener that is not there", { rdp: rdp({ listener: false }) }, { listening: false }),
  lookAt(
    "a firewall that is off",
    { firewall: firewall({ enabled: false, profile: "Domain" }) },
    verdict("Domain", "off", null),
  ),
  lookAt(
    "a firewall that lets nothing in",
    { firewall: firewall({ blocksAll: true, profile: "Private" }) },
    verdict("Private", "blocks-all", null),
  ),
  lookAt(
    "a rule that is switched off",
    { firewall: firewall({ rules: [{ ...RDP_RULE, enabled: false }] }) },
    verdict("Public", "blocks", null),
  ),
  lookAt(
    "a rule that blocks, which wins over one that allows",
    {
      firewall: firewall({
        rules: [
          RDP_RULE,
          { name: 'No "RDP" 測試', action: "Block", enabled: true, port: "3000-4000" },
        ],
      }),
    },
    verdict("Public", "blocks", 'No "RDP" 測試'),
  ),
  lookAt(
    "a rule for any port of one program, which says nothing, and one for any port of all",
    {
      firewall: firewall({
        rules: [
          {
            name: "Game",
            action: "Block",
            enabled: true,
            port: "Any",
            program: String.raw`C:\game.exe`,
          },
          { name: "Everything", action: "Allow", enabled: true, port: "Any" },
        ],
      }),
    },
    verdict("Public", "allows", "Everything"),
  ),
  lookAt(
    "a rule with a long name",
    { firewall: firewall({ rules: [{ ...RDP_RULE, name: "x".repeat(200) }] }) },
    verdict("Public", "allows", `${"x".repeat(63)}~`),
  ),
  lookAt("ghosts beside adapters, one of them disabled", haunted, {
    ghosts: { count: 3, ghosts: [shown(mellanox), shown(first), shown(second)] },
  }),
  lookAt(
    "more ghosts than an answer holds",
    { ghosts: Array.from({ length: 40 }, (_, index) => aGhost(10 + index)) },
    { ghosts: { count: 40 } },
  ),
  {
    title: "looking further: nothing is read without administrator rights",
    state: aGuest({ elevated: false }),
    actions: [looking],
    expected: [{ answer: { kind: "unavailable", code: "not-elevated" }, state: "unchanged" }],
  },
  {
    title: "looking further: after a start a service that is not disabled runs",
    state: aGuest({ rdp: rdp({ service: { state: "stopped", startMode: "manual" } }) }),
    actions: [{ kind: "restart", world: aWorld() }, looking],
    expected: [{}, { answer: { facts: { service: RUNNING, listening: true } } }],
  },
];

const removals: readonly ExpectingCase[] = [
  {
    title: "ghosts are listed, and nothing is removed unless it is named",
    state: haunted,
    actions: [removing("")],
    expected: [
      {
        answer: { kind: "answer", exit: "listed", left: { count: 3 }, removed: [] },
        state: "unchanged",
      },
    ],
  },
  {
    title: "a ghost that is named goes, and the second time it is gone",
    state: haunted,
    actions: [removing(deviceIdOf(first)), removing(deviceIdOf(first).toLowerCase())],
    expected: [
      {
        answer: {
          exit: "removed",
          left: { count: 2 },
          removed: [{ id: deviceIdOf(first), end: "removed" }],
        },
        state: { ghosts: [second, mellanox, foreign] },
      },
      {
        answer: { removed: [{ end: "left-alone" }] },
        state: { ghosts: [second, mellanox, foreign] },
      },
    ],
  },
  {
    title: "an adapter that is there, also a disabled one, and a ghost of another driver stay",
    state: haunted,
    actions: [
      removing([anAdapter(), disabled].map(deviceIdOf).join("|")),
      removing(`${deviceIdOf(mellanox)}|${deviceIdOf(foreign)}`),
    ],
    expected: [
      { answer: { removed: [{ end: "left-alone" }, { end: "left-alone" }] }, state: "unchanged" },
      // Ids on another bus are none that may be removed, so nothing is asked for.
      { answer: { exit: "listed", removed: [] }, state: "unchanged" },
    ],
  },
  {
    title: "a removal that runs too late removes nothing",
    state: haunted,
    actions: [removing(deviceIdOf(first), { now: "2026-03-01T10:05:01Z" })],
    expected: [{ answer: { exit: "expired", left: { count: 3 } }, state: "unchanged" }],
  },
  {
    title: "a ghost that Windows does not let go is told as such",
    state: haunted,
    actions: [removing(deviceIdOf(first), { faults: ["removeDevice"] })],
    expected: [
      { answer: { removed: [{ end: "stayed" }], left: { count: 3 } }, state: "unchanged" },
    ],
  },
  {
    title: "what is no instance id goes into no command",
    state: haunted,
    actions: [removing(`VMBUS\\x; Stop-Computer\\y|${deviceIdOf(first)} /reboot`)],
    expected: [{ answer: { exit: "listed" }, state: "unchanged" }],
  },
  {
    title: "without administrator rights no ghost is listed",
    state: { ...haunted, elevated: false },
    actions: [removing("")],
    expected: [{ answer: { kind: "unavailable", code: "not-elevated" }, state: "unchanged" }],
  },
  {
    title: "a wrong static address is of no matter to ghosts",
    state: aGuest({ adapters: [aStaticAdapter()], ghosts: [first] }),
    actions: [removing(deviceIdOf(first))],
    expected: [
      { answer: { exit: "removed" }, state: { ghosts: [], adapters: [aStaticAdapter()] } },
    ],
  },
];

/** Named cases of the scripts for Remote Desktop and for ghosts. */
export const desktopCases: readonly ExpectingCase[] = [...causes, ...removals];
