import { describe, expect, it } from "vitest";
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

const deaths = Object.values(REPAIRABLE).flatMap((repairable) =>
  (["before", "after"] as const).map((when) => ({ title: repairable.title, repairable, when })),
);

// One kind on each host: a held request keeps an activity, and a host has 32 of them at once.
describe(
  "a host that is killed in the middle of repairs inside Windows",
  { concurrent: true },
  () => {
    it.each(deaths)(
      "repairs $title once in every VM, killed at each request $when its effect",
      async ({ repairable, when }) => {
        const { fleet, killed } = await killAtEachRequest(
          [(name, n) => aRepairableVm(repairable, name, n)],
          when,
        );
        const vms = killed.flatMap((each) => each.vms);
        try {
          const ends = await endsOf(fleet, vms);
          for (const vm of vms) {
            expect(ends.get(vm)).toEqual({
              vm,
              outcomes: [`healed ${repairable.code}`],
              effects: ["snapshotCreated", ...repairable.effects, "snapshotUpdated"],
              tasks: [],
            });
          }
          for (const each of killed) {
            expectNearlyAll(each, `${repairable.code}, ${when} their effect`);
          }
        } finally {
          await fleet.close();
        }
      },
      240_000,
    );
  },
);

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
