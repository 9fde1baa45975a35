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

      const ends = await endsOf(
        started.fleet,
        started.killed.flatMap(({ vms }) => vms),
      );
      for (const [index, { code, effects }] of repairables.entries()) {
        const { vms = [], requests = 0, reached = 0 } = started.killed[index] ?? {};
        for (const vm of vms) {
          expect(ends.get(vm)).toEqual({
            vm,
            outcomes: [`healed ${code}`],
            effects: ["snapshotCreated", ...effects, "snapshotUpdated"],
            tasks: [],
          });
        }
        expectNearlyAll({ vms, requests, reached }, `${code}, ${when} their effect`);
      }
    },
    240_000,
  );
});

/** How each VM's runs ended, and all that happened to it. */
async function endsOf(fleet: Fleet, vms: readonly string[]): Promise<ReadonlyMap<string, object>> {
  for (const vm of vms) {
    await fleet.outcomeOf(vm, 90);
  }
  const [incidents, log, state] = await Promise.all([
    fleet.incidents(),
    fleet.log(),
    fleet.admin("/state").then((shown) => stateSchema.parse(shown)),
  ]);
  return new Map(
    vms.map((vm) => [
      vm,
      {
        vm,
        outcomes: incidents
          .filter(({ vmName }) => vmName === vm)
          .map(({ outcome }) => `${outcome?.kind} ${outcome?.code}`),
        effects: log.effects.filter((effect) => effect.vm === vm).map(({ kind }) => kind),
        tasks: state.vms.find(({ name }) => name === vm)?.guest.tasks,
      },
    ]),
  );
}
