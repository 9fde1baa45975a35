import * as fc from "fast-check";

import type {
  GuestAdapterState,
  GuestState,
  GuestWorld,
} from "../../local/simulator/guest/state.ts";
import type { GuestCase } from "./engine.ts";
import { ODD_NAMES } from "./guest-cases.ts";
import { aLease, MAC, readScript, switchScript } from "./guest-states.ts";
import { repairScript } from "./repair-cases.ts";

const octet = fc.integer({ min: 0, max: 254 });
const ip = fc.tuple(octet, octet).map(([third, fourth]) => `10.20.${third}.${fourth + 1}`);
const address = fc.oneof(
  { weight: 8, arbitrary: fc.record({ ip, prefixLength: fc.integer({ min: 9, max: 30 }) }) },
  { weight: 2, arbitrary: fc.constant({ ip: "10.20.0.4", prefixLength: 24 }) },
  { weight: 1, arbitrary: fc.constant({ ip: "169.254.9.8", prefixLength: 16 }) },
);
const name = fc.oneof(
  fc.constantFrom(...ODD_NAMES),
  fc.string({ minLength: 1, maxLength: 40 }),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
);

function rarely(one: boolean, other: boolean): fc.Arbitrary<boolean> {
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(one) },
    { weight: 15, arbitrary: fc.constant(other) },
  );
}

const shape = fc.record({
  name,
  description: fc.constant("Microsoft Hyper-V Network Adapter"),
  service: fc.constantFrom("netvsc", "netvsc", "netvsc", "mlx5", "e1iexpress"),
  enabled: rarely(false, true),
  dhcp: fc.constantFrom(false, false, false, true),
  addresses: fc.uniqueArray(address, { maxLength: 3, selector: (one) => one.ip }),
  configured: fc.option(fc.uniqueArray(address, { maxLength: 2, selector: (one) => one.ip }), {
    freq: 4,
    nil: undefined,
  }),
  gateways: fc.uniqueArray(fc.oneof(fc.constant("10.20.0.1"), ip), { maxLength: 2 }),
  staticDnsServers: fc.uniqueArray(ip, { maxLength: 2 }),
});

type Shape = typeof shape extends fc.Arbitrary<infer Value> ? Value : never;

function adapterFrom(parts: Shape, index: number): GuestAdapterState {
  const { configured, ...given } = parts;
  const kept = configured?.filter((one) => !one.ip.startsWith("169.254."));
  const hex = index.toString(16).padStart(2, "0").toUpperCase();
  return {
    ...given,
    ...(kept === undefined || given.dhcp ? {} : { configured: kept }),
    // Windows lets no two adapters have one name; the first is the one to switch, most often.
    name: index === 0 ? given.name : `${given.name} ${index}`.slice(-256),
    service: index === 0 ? "netvsc" : given.service,
    guid: `{6F1B2A30-5C4D-4E7F-8A90-1B2C3D4E5F${hex}}`,
    index: 40 - index * 3,
    mac: index === 0 || given.service === "mlx5" ? MAC : `00-0D-3A-00-11-${hex}`,
  };
}

const task = fc.constantFrom("inc-7", "inc-7", "inc-2").map((id) => ({
  name: `static-ip-remediator-${id}`,
  fireAt: "2026-03-01T10:20:00Z",
  script: "# foreign",
}));

const guest: fc.Arbitrary<GuestState> = fc
  .record({
    adapters: fc.array(shape, { minLength: 1, maxLength: 5 }),
    startMode: fc.constantFrom("automatic", "automatic", "manual", "disabled"),
    running: fc.boolean(),
    broken: rarely(true, false),
    roles: fc.constantFrom([], ["domainController"], ["clusterNode", "domainController"]),
    tasks: fc.oneof(
      { weight: 6, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.tuple(task) },
    ),
    routes: fc.uniqueArray(fc.constantFrom("10.20.0.1", "10.20.9.9", "10.20.8.8"), {
      maxLength: 2,
    }),
    taskRegistration: rarely(false, true),
    elevated: rarely(false, true),
  })
  .map(
    ({
      adapters,
      startMode,
      running,
      broken,
      routes,
      roles,
      tasks,
      taskRegistration,
      elevated,
    }) => ({
      roles,
      tasks,
      taskRegistration,
      elevated,
      computerName: "vm-orchid",
      bootedAt: "2026-02-27T06:30:00Z",
      dhcpService: { state: running ? "running" : "stopped", startMode, broken } as const,
      adapters: adapters.map((parts, index) => adapterFrom(parts, index)),
      ghosts: [],
      persistentRoutes: routes.map((nextHop) => ({ interfaceIndex: 40, nextHop })),
    }),
  );

const lease = fc.oneof(
  { weight: 5, arbitrary: fc.constant(aLease()) },
  { weight: 2, arbitrary: fc.constant(aLease({ gateway: null, dnsServers: [] })) },
  { weight: 2, arbitrary: fc.constant(aLease({ ip: "10.20.0.77", gateway: "10.20.0.2" })) },
  { weight: 2, arbitrary: fc.constant(null) },
);

const world = fc.record({
  lease,
  killAfter: fc.constantFrom(undefined, undefined, undefined, "armed", "switched", "leased"),
  fault: fc.oneof(
    { weight: 6, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constant("switch" as const) },
    { weight: 1, arbitrary: fc.constant("restore" as const) },
    { weight: 1, arbitrary: fc.constant("unregister" as const) },
  ),
});

const repairWorld = fc.record({
  lease,
  killAfter: fc.constantFrom(undefined, undefined, undefined, "armed", "switched"),
  fault: fc.oneof(
    { weight: 6, arbitrary: fc.constant(null) },
    {
      weight: 6,
      arbitrary: fc.constantFrom(
        "restore" as const,
        "add" as const,
        "sources" as const,
        "unregister" as const,
        "enable" as const,
        "disable" as const,
        "stop" as const,
        "renew" as const,
      ),
    },
  ),
});

function worldFrom(
  parts: typeof world | typeof repairWorld extends fc.Arbitrary<infer Value> ? Value : never,
  now: string,
): GuestWorld {
  return {
    now,
    leases: { [MAC]: parts.lease },
    faults: parts.fault === null ? [] : [parts.fault],
    ...(parts.killAfter === undefined ? {} : { killAfter: parts.killAfter }),
  };
}

/** A Windows in any state, a switch in any world, then the task's time, and a reading. */
export const guestCase: fc.Arbitrary<GuestCase> = fc
  .record({
    state: guest,
    world,
    later: lease,
    second: fc.constantFrom("tasks" as const, "restart" as const),
    right: rarely(false, true),
    late: rarely(true, false),
    primaryNic: fc.boolean(),
    leaseWaitSeconds: fc.integer({ min: 1, max: 8 }),
  })
  .map((parts) => {
    const now = parts.late ? "2026-03-01T10:05:01Z" : "2026-03-01T10:00:00Z";
    const script = switchScript(parts.state, {
      primaryNic: parts.primaryNic,
      leaseWaitSeconds: parts.leaseWaitSeconds,
      ...(parts.right ? {} : { fingerprint: "0123456789abcdef" }),
    });
    const later = { now: "2026-03-01T10:15:30Z", leases: { [MAC]: parts.later } };
    return {
      title: "made from a seed",
      state: parts.state,
      actions: [
        { kind: "run", script, world: worldFrom(parts.world, now) },
        { kind: parts.second, world: later },
        { kind: "run", script: readScript(), world: later },
      ],
    };
  });

/** What is to be repaired; the state is made to fit, most often. */
const repair = fc.constantFrom(
  "enable" as const,
  "service" as const,
  "renew" as const,
  "set" as const,
);

function fitting(state: GuestState, what: "enable" | "service" | "renew" | "set"): GuestState {
  const [first, ...others] = state.adapters;
  if (first === undefined) {
    return state;
  }
  const { configured: _, ...plain } = first;
  const dhcp = what === "enable" ? first.dhcp : what !== "set";
  const adapter = { ...(dhcp ? plain : first), dhcp, enabled: what !== "enable" };
  return { ...state, adapters: [adapter, ...others] };
}

/** A Windows in any state, a repair in any world, then the task's time, and a reading. */
export const repairCase: fc.Arbitrary<GuestCase> = fc
  .record({
    drawn: guest,
    repair,
    fits: rarely(false, true),
    world: repairWorld,
    later: lease,
    second: fc.constantFrom("tasks" as const, "restart" as const),
    right: rarely(false, true),
    late: rarely(true, false),
    primaryNic: fc.boolean(),
    leaseWaitSeconds: fc.integer({ min: 1, max: 8 }),
  })
  .map((parts) => {
    const now = parts.late ? "2026-03-01T10:05:01Z" : "2026-03-01T10:00:00Z";
    const state = parts.fits ? fitting(parts.drawn, parts.repair) : parts.drawn;
    const script = repairScript(parts.repair, state, {
      primaryNic: parts.primaryNic,
      leaseWaitSeconds: parts.leaseWaitSeconds,
      ...(parts.right ? {} : { fingerprint: "0123456789abcdef" }),
    });
    const later = { now: "2026-03-01T10:15:30Z", leases: { [MAC]: parts.later } };
    return {
      title: "made from a seed",
      state,
      actions: [
        { kind: "run", script, world: worldFrom(parts.world, now) },
        { kind: parts.second, world: later },
        { kind: "run", script: readScript(), world: later },
      ],
    };
  });
