import { fileURLToPath } from "node:url";

import { readScenario } from "../../simulator/scenario/scenario.ts";
import type { Scenario } from "../../simulator/scenario/scenario.ts";

/** The demo's own fleet. */
export const DEMO_SCENARIO = fileURLToPath(
  new URL("../../simulator/scenario/demo.json", import.meta.url),
);

/**
 * Reads the scenario that the user named, else the demo's.
 * @throws ConfigurationError `invalid-scenario`, naming the file and every fault.
 */
export function chosenScenario(file: string | null): Scenario {
  return readScenario(file ?? DEMO_SCENARIO);
}
