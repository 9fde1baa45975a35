import { seededRandom } from "../../local/simulator/random.ts";
import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { deliveriesAbout, type Delivery } from "./deliveries.ts";
import type { Fleet } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario } from "./scenarios.ts";

/** Deliveries under way at the same time. */
const AT_ONCE = 8;

/** The broken VMs of `fiftyVms`. */
export const BROKEN = ["vm-1", "vm-9", "vm-17", "vm-26", "vm-38", "vm-50"];

/** The healthy VMs of `fiftyVms`. */
export const WELL = Array.from({ length: 50 }, (_, index) => `vm-${index + 1}`).filter(
  (vm) => !BROKEN.includes(vm),
);

/** Budgets that a busy machine does not use up; nothing waits for them. */
export const PATIENT = {
  REMEDIATOR_PROBE_COUNT: "2",
  REMEDIATOR_PROBE_TIMEOUT_SECONDS: "2",
  REMEDIATOR_GUEST_READ_SECONDS: "30",
  REMEDIATOR_GUEST_SWITCH_SECONDS: "30",
  REMEDIATOR_SNAPSHOT_TIMEOUT_SECONDS: "30",
  REMEDIATOR_DEAD_MAN_SECONDS: "60",
};

/** A fleet of 50 VMs, several of them broken. */
export function fiftyVms(): ScenarioInput {
  return aScenario([
    ...BROKEN.map((vm) => aBrokenVm(vm, 10 + numberOf(vm))),
    ...WELL.map((vm) => aHealthyVm(vm, 10 + numberOf(vm))),
  ]);
}

function numberOf(vm: string): number {
  return Number(vm.slice(vm.indexOf("-") + 1));
}

/** Each thing about each VM at least once, the rest are repetitions; all in an order that the seed gives. */
export function inAnyOrder(fleet: Fleet, count: number, seed: number): readonly Delivery[] {
  const random = seededRandom(seed);
  const things = [...BROKEN, ...WELL].flatMap((vm) => deliveriesAbout(fleet, vm));
  const repeated = Array.from({ length: count - things.length }, () => pick());
  return [...things, ...repeated]
    .map((delivery) => ({ delivery, place: random.next() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ delivery }) => delivery);

  function pick(): Delivery {
    const picked = things[Math.floor(random.next() * things.length)];
    if (picked === undefined) {
      throw new Error("There is nothing to deliver.");
    }
    return picked;
  }
}

/** Delivers in this order, several at the same time; `onAnswer` gets each answer and the milliseconds that it took. */
export async function deliverAll(
  fleet: Fleet,
  deliveries: readonly Delivery[],
  onAnswer: (delivery: Delivery, answer: { status: number; body: unknown }, took: number) => void,
): Promise<void> {
  const waiting = [...deliveries];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const begun = performance.now();
        const answer = await fleet.api(next.route, next.body);
        onAnswer(next, answer, performance.now() - begun);
      }
    }),
  );
}
