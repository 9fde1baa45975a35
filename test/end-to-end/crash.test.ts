import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";

import { Fleet } from "./fleet.ts";
import { alert, expectNearlyAll, killAtEachRequest } from "./kill-host.ts";
import { aBrokenVm, aScenario } from "./scenarios.ts";

const stateSchema = z.object({
  vms: z.array(
    z.looseObject({
      name: z.string(),
      guest: z.looseObject({ tasks: z.array(z.unknown()) }),
    }),
  ),
  snapshots: z.array(z.looseObject({ name: z.string(), tags: z.record(z.string(), z.string()) })),
});

describe("a host that is killed in the middle of heals", () => {
  let fleet: Fleet;

  afterEach(async () => {
    await fleet.close();
  });

  it.each(["before", "after"] as const)(
    "heals every VM once, killed at each request of a heal %s its effect",
    async (when) => {
      const { killed, ...started } = await killAtEachRequest(
        [(name, n) => ({ vm: aBrokenVm(name, n) })],
        when,
      );
      ({ fleet } = started);

      for (const { vms, ...counts } of killed) {
        for (const vm of vms) {
          const incident = await fleet.outcomeOf(vm, 60);
          const { kind, code, message } = incident.outcome ?? {};
          expect({ vm, kind, code, message }).toMatchObject({ kind: "healed" });
        }
        await expectOneOfEach(vms);
        expectNearlyAll({ vms, ...counts }, `guest switch, ${when} their effect`);
      }
    },
    150_000,
  );

  it("heals every VM once, killed between turns", async () => {
    const vms = ["vm-1", "vm-2", "vm-3"];
    fleet = await Fleet.start(aScenario(vms.map((vm, index) => aBrokenVm(vm, 10 + index))), {
      REMEDIATOR_SECOND_PROBE_SECONDS: "3",
    });
    await Promise.all(vms.map(async (vm) => await alert(fleet, vm)));
    await fleet.until("all second probes", 60, async () => {
      const incidents = await fleet.incidents();
      const waiting = incidents.filter(({ steps }) =>
        steps.some(({ name, state }) => name === "secondProbe" && state === "running"),
      );
      return waiting.length === vms.length ? true : null;
    });

    await fleet.killHost();
    await fleet.startHost();

    for (const vm of vms) {
      expect((await fleet.outcomeOf(vm)).outcome).toMatchObject({ kind: "healed" });
    }
    await expectOneOfEach(vms);
  }, 120_000);

  async function expectOneOfEach(vms: readonly string[]): Promise<void> {
    const state = stateSchema.parse(await fleet.admin("/state"));
    for (const vm of vms) {
      const { effects } = await fleet.log(vm);
      const kinds = effects.map(({ kind }) => kind);
      expect({
        vm,
        snapshots: kinds.filter((kind) => kind === "snapshotCreated").length,
        switches: kinds.filter((kind) => kind === "dhcpSwitched").length,
        tasks: state.vms.find(({ name }) => name === vm)?.guest.tasks,
        incidents: (await fleet.incidents(vm)).length,
      }).toEqual({ vm, snapshots: 1, switches: 1, tasks: [], incidents: 1 });
    }
    expect(state.snapshots).toHaveLength(vms.length);
  }
});
