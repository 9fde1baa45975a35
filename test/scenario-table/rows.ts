import { everyCombination, type Combination } from "./combinations.ts";
import { aNeighbour, subscriptionOf } from "./machine.ts";
import { mayBeRestarted, whySenseless } from "./senseless.ts";
import { vmIdOf, type Stage } from "./stage.ts";

/** More than five silent VMs within ten minutes are a common cause, after which nothing is restarted. */
const RESTARTS_AT_MOST = 5;
/** More at once on two cores would be late, which is another fault. */
const OTHERS_AT_MOST = 20;

/** The combinations of the table. */
export function tableRows(): readonly Combination[] {
  return everyCombination().filter((combination) => whySenseless(combination) === null);
}

/** The rows in groups, each of which fits on one host. */
export function groupsOf(rows: readonly Combination[]): readonly (readonly Combination[])[] {
  const others = rows.filter((row) => !mayBeRestarted(row));
  return [
    ...inGroups(rows.filter(mayBeRestarted), RESTARTS_AT_MOST),
    ...inGroups(others, OTHERS_AT_MOST),
  ];
}

function inGroups(rows: readonly Combination[], size: number): readonly (readonly Combination[])[] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, index) =>
    rows.slice(index * size, (index + 1) * size),
  );
}

/** A group's fleet: each row in a subscription of its own. */
export function stageOf(group: readonly Combination[]): Stage {
  const subscriptions = group.map((row, index) => subscriptionOf(row, vmOf(index), index + 1));
  return {
    scenario: {
      network: { subnets: [{ name: "fleet", prefixes: ["10.60.0.0/24"] }] },
      vms: [aNeighbour("vm-0", "10.60.0.5")],
      subscriptions,
    },
    vms: subscriptions.map(({ id }, index) => ({ name: vmOf(index), id: vmIdOf(id, vmOf(index)) })),
  };
}

function vmOf(index: number): string {
  return `vm-${index + 1}`;
}
