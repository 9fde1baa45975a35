import { everyCombination, type Combination } from "./combinations.ts";
import { aNeighbour, subscriptionOf } from "./machine.ts";
import { whySenseless } from "./senseless.ts";
import { vmIdOf, type Stage } from "./stage.ts";

/** More than five silent VMs within ten minutes are a common cause, after which nothing is restarted. */
const SILENT_AT_MOST = 5;
/** More at once on two cores would be late, which is another fault. */
const ROWS_AT_MOST = 10;

/** The combinations of the table. */
export function tableRows(): readonly Combination[] {
  return everyCombination().filter((combination) => whySenseless(combination) === null);
}

/** The rows in groups, each of which fits on one host. */
export function groupsOf(rows: readonly Combination[]): readonly (readonly Combination[])[] {
  const silent = rows.filter(({ probe }) => probe === "silent");
  const others = rows.filter(({ probe }) => probe !== "silent");
  const count = Math.max(
    Math.ceil(silent.length / SILENT_AT_MOST),
    Math.ceil(rows.length / ROWS_AT_MOST),
  );
  return Array.from({ length: count }, (_, index) => [
    ...silent.slice(index * SILENT_AT_MOST, (index + 1) * SILENT_AT_MOST),
    ...others.filter((_row, position) => position % count === index),
  ]);
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
