import { drawFaults, withDraw, type Draw } from "../../simulator/faults/draw-faults.ts";
import type { Scenario } from "../../simulator/scenario/scenario.ts";
import type { Screen } from "../terminal/screen.ts";
import { printable } from "../terminal/text.ts";
import { chosenScenario } from "./scenario-file.ts";

/** A scenario to play, and what a seed lets go wrong in it. */
export interface DrawnScenario {
  readonly scenario: Scenario;
  /** Null without a seed. */
  readonly drawn: ({ readonly seed: number } & Draw) | null;
}

/**
 * Reads the scenario that the user named, else the demo's, and adds what the seed draws, one line for each.
 * @throws ConfigurationError `invalid-scenario`, naming the file and every fault.
 */
export function drawnScenario(
  file: string | null,
  seed: number | null,
  screen: Screen,
): DrawnScenario {
  const scenario = chosenScenario(file);
  if (seed === null) {
    return { scenario, drawn: null };
  }
  const draw = drawFaults(seed, scenario);
  screen.say(`Seed ${seed} draws, in the form of a scenario file's "faults" and "deliveries":`);
  for (const entry of [...draw.faults, ...draw.deliveries]) {
    screen.line(printable(JSON.stringify(entry)));
  }
  return { scenario: withDraw(scenario, seed, draw), drawn: { seed, ...draw } };
}
