import { prefixHolding, prefixLengthOf } from "../../../shared/domain/addresses.ts";
import { seededRandom, type Random } from "../random.ts";
import { fault, type Fault, type Operation } from "../scenario/fault-schema.ts";
import type { Scenario, ScenarioVm } from "../scenario/scenario.ts";
import { disturbance, type Disturbance } from "./disturbances.ts";

/** What a seed lets go wrong, in the form of the scenario's keys of these names. */
export interface Draw {
  readonly faults: readonly Fault[];
  readonly deliveries: readonly Disturbance[];
}

/** Most faults of one draw, so that a good client gets through. */
const MOST_FAULTS = 4;

/** Most requests that one fault strikes. */
const MOST_STRIKES = 2;

/** Requests which are about one VM, so that a fault of that VM can strike them. */
const ANSWERED: readonly Operation[] = [
  "vm.get",
  "vm.instanceView",
  "nic.get",
  "disk.get",
  "runCommand.post",
  "snapshot.put",
  "snapshot.patch",
  "operation.get",
];

/** Requests that start something which takes time. */
const STARTING: readonly Operation[] = ["runCommand.post", "snapshot.put"];

interface Hand {
  readonly scenario: Scenario;
  readonly vm: ScenarioVm;
  readonly random: Random;
}

type Kind = Fault["kind"];
type Parts = Readonly<Record<string, unknown>>;
type Make = (hand: Hand) => Parts;

/** Kinds that pass by: the same request, made again, is answered. */
const PASSING: Partial<Record<Kind, Make>> = {
  throttle: (hand) => ({ ...at(hand, ANSWERED), ...perhaps(hand, { retryAfterSeconds: 1 }) }),
  error: (hand) => ({
    ...at(hand, ANSWERED),
    status: pick(hand, [500, 502, 503]),
    code: "InternalServerError",
    ...moment(hand),
  }),
  lost: (hand) => ({ ...at(hand, ANSWERED), ...moment(hand) }),
  slow: (hand) => ({ ...at(hand, [...ANSWERED, ...STARTING]), seconds: between(hand, 1, 3) }),
  failOperation: (hand) => ({ ...at(hand, STARTING), ...moment(hand) }),
  busySlot: (hand) => ({ ...strikes(hand), seconds: between(hand, 0, 2) }),
  lingeringSlot: (hand) => ({ ...strikes(hand), seconds: between(hand, 1, 2) }),
  cutOutput: (hand) => ({ ...strikes(hand), bytes: pick(hand, [0, 64, 1024]) }),
  dropProbe: (hand) => strikes(hand),
  noRoute: (hand) => strikes(hand),
};

/** Kinds after which something is not as it was: a draw holds one of them at most. */
const LASTING: Partial<Record<Kind, Make>> = {
  stuck: (hand) => ({ ...once(hand, STARTING), ...moment(hand) }),
  killScript: (hand) => ({
    ...about(hand),
    script: "switch-to-dhcp",
    after: pick(hand, ["armed", "switched", "leased"]),
  }),
  guestTrouble: (hand) => ({
    ...about(hand),
    script: "switch-to-dhcp",
    what: [pick(hand, ["switch", "restore", "unregister"])],
  }),
  power: (hand) => ({ ...happens(hand), state: pick(hand, ["deallocated", "stopped"]) }),
  deleteVm: (hand) => happens(hand),
  humanNicChange: (hand) => ({ ...happens(hand), tagsOnly: hand.random.next() < 0.5 }),
  humanGuestChange: (hand) => ({ ...happens(hand), static: { addresses: [wrongAddress(hand)] } }),
  lease: (hand) => ({
    ...happens(hand),
    lease: hand.random.next() < 0.5 ? "never" : { address: wrongAddress(hand) },
  }),
  health: (hand) => ({
    ...happens(hand),
    health: { state: "Unavailable", reasonType: "Unplanned", summary: "The host restarts." },
  }),
};

/**
 * Draws what goes wrong in a fleet: ordinary faults, of VMs with a static address in Windows where there are any, and
 * disturbed deliveries. The same seed and fleet give the same; written into the scenario it happens again without a seed.
 */
export function drawFaults(seed: number, scenario: Scenario): Draw {
  const random = seededRandom(seed);
  const lasting = random.next() < 0.5;
  const passing = Math.floor(random.between(1, lasting ? MOST_FAULTS : MOST_FAULTS + 1));
  const makers = [
    ...Array.from({ length: passing }, () => pickMaker(random, PASSING)),
    ...(lasting ? [pickMaker(random, LASTING)] : []),
  ];
  const candidates = machinesOf(scenario);
  const faults = makers.flatMap(([kind, make]) => {
    const vm = candidates[Math.floor(random.next() * candidates.length)];
    return vm === undefined ? [] : [fault.parse({ kind, ...make({ scenario, vm, random }) })];
  });
  const deliveries = (["eventGrid", "alerts"] as const).map((of) =>
    disturbance.parse({
      of,
      nth: whole(random, 1, 2),
      count: whole(random, 1, 3),
      delaySeconds: whole(random, 0, 3),
      copies: whole(random, 1, 3),
      apartSeconds: whole(random, 0, 2),
    }),
  );
  return { faults, deliveries };
}

/** The scenario with another seed, and with what that seed lets go wrong beside its own faults. */
export function withDraw(scenario: Scenario, seed: number, draw: Draw): Scenario {
  return {
    ...scenario,
    seed,
    faults: [...scenario.faults, ...draw.faults],
    // The first that fits counts.
    deliveries: [...scenario.deliveries, ...draw.deliveries],
  };
}

function pickMaker(random: Random, makers: Partial<Record<Kind, Make>>): readonly [string, Make] {
  const entries = Object.entries(makers);
  const entry = entries[Math.floor(random.next() * entries.length)];
  if (entry === undefined) {
    throw new Error("There is no kind of fault to draw.");
  }
  return entry;
}

/** Faults of VMs that nothing is wrong with would often strike nothing. */
function machinesOf({ vms, subscriptions }: Scenario): readonly ScenarioVm[] {
  const all = [...vms, ...subscriptions.flatMap((entry) => entry.vms)];
  const fixed = all.filter(({ nics }) => nics.some((nic) => nic.adapter.static !== undefined));
  return fixed.length > 0 ? fixed : all;
}

function strikes(hand: Hand): Parts {
  return {
    vm: hand.vm.name,
    nth: between(hand, 1, 2),
    count: between(hand, 1, MOST_STRIKES),
  };
}

function at(hand: Hand, operations: readonly Operation[]): Parts {
  return { operation: pick(hand, operations), ...strikes(hand) };
}

function once(hand: Hand, operations: readonly Operation[]): Parts {
  return { operation: pick(hand, operations), ...about(hand) };
}

function about({ vm }: Hand): Parts {
  return { vm: vm.name };
}

/** Something that happens to the VM at one request about it. */
function happens(hand: Hand): Parts {
  return { ...once(hand, ANSWERED), about: hand.vm.name, ...moment(hand) };
}

function moment(hand: Hand): Parts {
  return { when: pick(hand, ["before", "after"]) };
}

function perhaps(hand: Hand, extra: Parts): Parts {
  return hand.random.next() < 0.5 ? extra : {};
}

/** An address that is not Azure's, in the subnet of the VM's first NIC where that is large enough. */
function wrongAddress(hand: Hand): string {
  const { scenario, vm } = hand;
  const azure = vm.nics[0]?.ipConfigurations[0]?.address ?? "";
  const prefixes = [scenario, ...scenario.subscriptions].flatMap(({ network }) =>
    network.subnets.flatMap((subnet) => subnet.prefixes),
  );
  const home = prefixHolding(azure, prefixes);
  const [first = "10", second = "0", third = "0"] = azure.split(".");
  const last = between(hand, 200, 249);
  return `${first}.${second}.${third}.${last}/${home === null ? 24 : prefixLengthOf(home)}`;
}

function pick<Item>({ random }: Hand, items: readonly Item[]): Item | undefined {
  return items[Math.floor(random.next() * items.length)];
}

function between({ random }: Hand, low: number, high: number): number {
  return whole(random, low, high);
}

/** A whole number, both ends included. */
function whole(random: Random, low: number, high: number): number {
  return Math.floor(random.between(low, high + 1));
}
