import { fileURLToPath } from "node:url";

import { readScenario } from "../../simulator/scenario/scenario.ts";
import type { Scenario } from "../../simulator/scenario/scenario.ts";

/** The demo's own fleets, by their names: each is healed in another way. */
const NAMED = {
  console: "demo.json",
  "nic-reset": "demo-nic-reset.json",
  switch: "demo-switch.json",
} as const;

/** Name of a fleet of the demo. */
type ScenarioName = keyof typeof NAMED;

/** What the demo shows where the user names nothing. */
const DEFAULT: ScenarioName = "console";

/** The file that the user means: by the name of a fleet of the demo, else by its path; without either, the demo's default. */
export function scenarioFile(wanted: string | null): string {
  const choice = wanted ?? DEFAULT;
  return isName(choice)
    ? fileURLToPath(new URL(`../../simulator/scenario/${NAMED[choice]}`, import.meta.url))
    : choice;
}

/**
 * Reads the scenario that the user named.
 * @throws ConfigurationError `invalid-scenario`, naming the file and every fault.
 */
export function chosenScenario(wanted: string | null): Scenario {
  return readScenario(scenarioFile(wanted));
}

function isName(word: string): word is ScenarioName {
  return Object.hasOwn(NAMED, word);
}
