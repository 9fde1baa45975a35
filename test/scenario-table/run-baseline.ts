import { parseScenario } from "../../local/simulator/scenario/scenario.ts";
import { startSimulator } from "../../local/simulator/simulator.ts";
import { createAzure } from "../../shared/azure/clients.ts";
import { resetNic, type ResetEnd } from "./baseline.ts";
import { observe, type Doing } from "./doing.ts";
import { minutesOfReset } from "./duration.ts";
import type { Stage } from "./stage.ts";

/** Somebody runs the baseline on every VM of the stage, one after the other; says what became of each. */
export async function runBaseline(stage: Stage): Promise<readonly Doing[]> {
  const simulator = await startSimulator({ scenario: parseScenario(stage.scenario) });
  try {
    const { armEndpoint, token } = simulator;
    const azure = createAzure({ simulator: { armEndpoint, token } });
    const observed = await observe(armEndpoint);
    const ends: ResetEnd[] = [];
    for (const { id } of stage.vms) {
      const isKilledAfterSwap = stage.killedAfterNicWrite === true;
      ends.push(await resetNic({ azure, vmId: id, isKilledAfterSwap }));
    }
    return await Promise.all(
      stage.vms.map(async ({ name }, index) => {
        const { requests, ...seen } = await observed.seen(name);
        const minutes = minutesOfReset(requests, seen.restarts > 0);
        const outcome = ends[index]?.kind ?? "none";
        return { ...seen, outcome, diagnoses: [], remedies: [], minutes };
      }),
    );
  } finally {
    await simulator.close();
  }
}
