import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";

import { Fleet } from "./fleet.ts";
import { aBrokenVm, aScenario } from "./scenarios.ts";

const heldSchema = z.object({ id: z.number(), state: z.string() });
const stateSchema = z.object({
  vms: z.array(
    z.looseObject({
      name: z.string(),
      guest: z.looseObject({ tasks: z.array(z.unknown()) }),
    }),
  ),
  snapshots: z.array(z.looseObject({ name: z.string(), tags: z.record(z.string(), z.string()) })),
});

/** Budgets with room for many heals at once and for the new start. */
const ROOMY = {
  REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1",
  REMEDIATOR_GUEST_READ_SECONDS: "40",
  REMEDIATOR_GUEST_SWITCH_SECONDS: "60",
  REMEDIATOR_SNAPSHOT_TIMEOUT_SECONDS: "60",
};

/** A VM, and the request of its heal at which the host is to die. */
interface Death {
  readonly vm: string;
  readonly nth: number;
  readonly when: "before" | "after";
}

describe("a host that is killed in the middle of heals", () => {
  let fleet: Fleet;

  afterEach(async () => {
    await fleet.close();
  });

  it.each(["before", "after"] as const)(
    "heals every VM once, killed at each request of a heal %s its effect",
    async (when) => {
      const requests = await requestsOfOneHeal();
      const deaths = Array.from({ length: requests }, (_, index): Death => {
        return { vm: `vm-${index + 1}`, nth: index + 1, when };
      });
      fleet = await Fleet.start(
        aScenario(deaths.map(({ vm, nth }) => aBrokenVm(vm, 10 + nth))),
        ROOMY,
      );
      const holds = await Promise.all(deaths.map(hold));

      await Promise.all(deaths.map(async ({ vm }) => await alert(vm)));
      const reached = await waitUntilHeld(deaths, holds);
      await fleet.killHost();
      await fleet.clearHolds();
      await fleet.startHost();

      for (const { vm } of deaths) {
        const incident = await fleet.outcomeOf(vm, 60);
        const { kind, code, message } = incident.outcome ?? {};
        expect({ vm, kind, code, message }).toMatchObject({ kind: "healed" });
      }
      await expectOneOfEach(deaths.map(({ vm }) => vm));
      process.stdout.write(`killed at ${reached} of ${requests} requests, ${when} their effect\n`);
      // Requests run beside each other, so a heal may take one more or less than the one that was counted.
      expect(reached).toBeGreaterThanOrEqual(requests - 3);
    },
    150_000,
  );

  it("heals every VM once, killed between turns", async () => {
    const vms = ["vm-1", "vm-2", "vm-3"];
    fleet = await Fleet.start(aScenario(vms.map((vm, index) => aBrokenVm(vm, 10 + index))), {
      REMEDIATOR_SECOND_PROBE_SECONDS: "3",
    });
    await Promise.all(vms.map(alert));
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

  /** How many requests a heal makes that nothing disturbs. */
  async function requestsOfOneHeal(): Promise<number> {
    fleet = await Fleet.start(aScenario([aBrokenVm("vm-0", 10)]), ROOMY);
    await alert("vm-0");
    await fleet.outcomeOf("vm-0");
    const { requests } = await fleet.log("vm-0");
    await fleet.close();
    return requests.length;
  }

  async function alert(vm: string): Promise<void> {
    const body = firedAlert(fleet.vmId(vm), vm);
    const answer = await fleet.api("/api/alerts", body);
    expect(answer.status).toBe(202);
  }

  async function hold({ vm, nth, when }: Death): Promise<number> {
    return heldSchema.parse(await fleet.admin("/holds", { vm, nth, when })).id;
  }

  /** Waits until each VM's run stands at its request, or has ended without one; gives how many stand. */
  async function waitUntilHeld(
    deaths: readonly Death[],
    holds: readonly number[],
  ): Promise<number> {
    return await fleet.until("all holds", 60, async () => {
      const listed = z
        .object({ holds: z.array(heldSchema) })
        .parse(await fleet.admin("/holds")).holds;
      const reached = listed.filter(
        ({ id, state }) => state !== "waiting" && holds.includes(id),
      ).length;
      const incidents = await fleet.incidents();
      const ended = incidents.filter(({ closedAt }) => closedAt !== null).length;
      return reached + ended >= deaths.length ? reached : null;
    });
  }

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

/** An alert on the VM itself, as Azure Monitor sends it to a webhook. */
function firedAlert(vmId: string, vm: string): unknown {
  return {
    schemaId: "azureMonitorCommonAlertSchema",
    data: {
      essentials: {
        alertId: `/subscriptions/${vmId.split("/")[2]}/providers/Microsoft.AlertsManagement/alerts/${vm}`,
        alertRule: "rdp-unreachable",
        severity: "Sev1",
        signalType: "Metric",
        monitorCondition: "Fired",
        monitoringService: "Platform",
        alertTargetIDs: [vmId],
        configurationItems: [vm],
        originAlertId: `${vm}-origin`,
        firedDateTime: "2026-03-02T08:04:00.000Z",
        description: "",
        essentialsVersion: "1.0",
        alertContextVersion: "1.0",
      },
      alertContext: {
        properties: null,
        conditionType: "SingleResourceMultipleMetricCriteria",
        condition: { windowSize: "PT5M", allOf: [] },
      },
    },
  };
}
