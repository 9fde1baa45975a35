import type { Scenario } from "./scenario-schema.ts";

/** What one subscription of a scenario holds. */
export interface Fleet extends Omit<Scenario["subscriptions"][number], "name"> {
  readonly name: string;
  /** Where it stands in the scenario: empty for the main one, else for example `subscriptions.0.`. */
  readonly path: string;
}

/** The subscriptions of a scenario, the main one first. */
export function fleetsOf(scenario: Scenario): readonly [Fleet, ...Fleet[]] {
  const main = {
    ...scenario,
    id: scenario.subscriptionId,
    name: "Subscription 1",
    noRole: false,
    path: "",
  };
  return [
    main,
    ...scenario.subscriptions.map((entry, index) => ({
      ...entry,
      name: entry.name ?? `Subscription ${index + 2}`,
      path: `subscriptions.${index}.`,
    })),
  ];
}
