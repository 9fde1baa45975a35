import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";

import type { Fleet } from "./fleet.ts";
import { expectNearlyAll, killAtEachRequest } from "./kill-host.ts";
import { aRepairableVm, REPAIRABLE } from "./repairable-vms.ts";

const stateSchema = z.object({
  vms: z.array(
    z.looseObject({
      name: z.string(),
      guest: z.looseObject({ tasks: z.array(z.unknown()) }),
    }),
  ),
});

const repairables = Object.values(REPAIRABLE);

describe("a host that is killed in the middle of repairs inside Windows", () => {
  let fleet: Fleet | null = null;

  afterEach(async () => {
    await fleet?.close();
    fleet = null;
  });

  it.each(["before", "after"] as const)(
    "repairs every VM once, killed at each request %s its effect",
    async (when) => {
      const kinds = repairables.map(
        (repairable) => (name: string, n: number) => aRepairableVm(repairable, name, n),
      );
      const started = await killAtEachRequest(kinds, when);
      ({ fleet } = started);

      for (const [index, { code, effects }] of repairables.entries()) {
        const { vms = [], requests = 0, reached = 0 } = started.killed[index] ?? {};
        for (const vm of vms) {
          expect(await endOf(started.fleet, vm)).toEqual({
            vm,
            outcome: `healed ${code}`,
            effects: ["snapshotCreated", ...effects, "snapshotUpdated"],
            tasks: [],
            incidents: 1,
          });
        }
        expectNearlyAll({ vms, requests, reached }, `${code}, ${when} their effect`);
      }
    },
    240_000,
  );
});

/** How a VM's run ended, and all that happened to it. */
async function endOf(fleet: Fleet, vm: string): Promise<unknown> {
  const { outcome } = await fleet.outcomeOf(vm, 90);
  const log = await fleet.log(vm);
  const state = stateSchema.parse(await fleet.admin("/state"));
  return {
    vm,
    outcome: `${outcome?.kind} ${outcome?.code}`,
    effects: log.effects.map(({ kind }) => kind),
    tasks: state.vms.find(({ name }) => name === vm)?.guest.tasks,
    incidents: (await fleet.incidents(vm)).length,
  };
}
