import { expect } from "vitest";
import { z } from "zod";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { Fleet } from "./fleet.ts";
import { aScenario, type VmInput } from "./scenarios.ts";

const heldSchema = z.object({ id: z.number(), state: z.string() });

/** Budgets with room for many heals at once and for the new start. */
const ROOMY = {
  // The quicker the polls, the less sure is how many requests a heal makes.
  REMEDIATOR_POLL_SECONDS: "0.5",
  REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1",
  REMEDIATOR_GUEST_READ_SECONDS: "120",
  REMEDIATOR_GUEST_SWITCH_SECONDS: "120",
  REMEDIATOR_SNAPSHOT_TIMEOUT_SECONDS: "120",
};

/** Requests run beside each other, so a heal may take so many less than the one that was counted. */
const UNSURE = 3;

/** Before or after the effect of a request. */
export type Moment = "before" | "after";

/** Makes a VM, the n-th of its fleet, and what has to happen to it. */
export type MakeVm = (
  name: string,
  n: number,
) => { readonly vm: VmInput; readonly faults?: NonNullable<ScenarioInput["faults"]> };

/** VMs of one kind, one for each request of a heal, and at how many of these the host died. */
export interface Killed {
  readonly vms: readonly string[];
  readonly requests: number;
  readonly reached: number;
}

/** A VM, and the request of its heal at which the host is to die. */
interface Death {
  readonly vm: string;
  readonly nth: number;
  readonly n: number;
  readonly kind: number;
}

/**
 * Starts a fleet with a VM of each kind for each request of its heal, lets every run come to its own request, kills the
 * host, and starts it again. Gives the fleet, whose runs go on, and what was reached of each kind.
 */
export async function killAtEachRequest(
  kinds: readonly MakeVm[],
  when: Moment,
): Promise<{ readonly fleet: Fleet; readonly killed: readonly Killed[] }> {
  const counts = await requestsOf(kinds);
  const deaths: Death[] = [];
  for (const [kind, count] of counts.entries()) {
    for (let nth = 1; nth <= count; nth++) {
      deaths.push({ vm: `vm-${kind}-${nth}`, nth, n: 10 + deaths.length, kind });
    }
  }
  const fleet = await startFleet(deaths.map(({ vm, n, kind }) => madeOf(kinds, kind)(vm, n)));
  try {
    const reached = await killWhenHeld(fleet, deaths, when);
    const killed = counts.map((requests, kind) => {
      const vms = deaths.filter((death) => death.kind === kind).map(({ vm }) => vm);
      return { vms, requests, reached: vms.filter((vm) => reached.has(vm)).length };
    });
    return { fleet, killed };
  } catch (error) {
    await fleet.close();
    throw error;
  }
}

/** Gives the VMs whose runs stood at their request when the host was killed; it runs again afterwards. */
async function killWhenHeld(
  fleet: Fleet,
  deaths: readonly Death[],
  when: Moment,
): Promise<ReadonlySet<string>> {
  const holds = await Promise.all(
    deaths.map(async ({ vm, nth }) => {
      const { id } = heldSchema.parse(await fleet.admin("/holds", { vm, nth, when }));
      return id;
    }),
  );
  await Promise.all(deaths.map(async ({ vm }) => await alert(fleet, vm)));
  const reached = await waitUntilHeld(fleet, holds);
  await fleet.killHost();
  await fleet.clearHolds();
  await fleet.startHost();
  return new Set(deaths.filter((_, index) => reached.has(holds[index] ?? 0)).map(({ vm }) => vm));
}

/** Raises an alert on the VM, as Azure Monitor sends it to a webhook. */
export async function alert(fleet: Fleet, vm: string): Promise<void> {
  const answer = await fleet.api("/api/alerts", firedAlert(fleet.vmId(vm), vm));
  expect(answer.status).toBe(202);
}

/** Says how many there were, and expects that few were not reached. */
export function expectNearlyAll({ requests, reached }: Killed, what: string): void {
  process.stdout.write(`killed at ${reached} of ${requests} requests: ${what}\n`);
  expect(reached).toBeGreaterThanOrEqual(requests - UNSURE);
}

/** How many requests a heal of each kind makes that nothing disturbs. */
async function requestsOf(kinds: readonly MakeVm[]): Promise<readonly number[]> {
  const vms = kinds.map((make, kind) => make(`vm-${kind}`, 10 + kind));
  const fleet = await startFleet(vms);
  try {
    return await Promise.all(
      vms.map(async ({ vm }) => {
        await alert(fleet, vm.name);
        await fleet.outcomeOf(vm.name);
        return (await fleet.log(vm.name)).requests.length;
      }),
    );
  } finally {
    await fleet.close();
  }
}

function madeOf(kinds: readonly MakeVm[], kind: number): MakeVm {
  const make = kinds[kind];
  if (make === undefined) {
    throw new Error(`There is no kind ${kind}.`);
  }
  return make;
}

async function startFleet(made: readonly ReturnType<MakeVm>[]): Promise<Fleet> {
  const vms = made.map(({ vm }) => vm);
  return await Fleet.start(
    aScenario(vms, { faults: made.flatMap(({ faults = [] }) => faults) }),
    ROOMY,
  );
}

/** Waits until each VM's run stands at its request, or has ended without one; gives the holds where one stands. */
async function waitUntilHeld(fleet: Fleet, holds: readonly number[]): Promise<ReadonlySet<number>> {
  return await fleet.until("all holds", 100, async () => {
    const listed = z
      .object({ holds: z.array(heldSchema) })
      .parse(await fleet.admin("/holds")).holds;
    const reached = listed.filter(({ id, state }) => state !== "waiting" && holds.includes(id));
    const ended = (await fleet.nextList()).filter(({ closedAt }) => closedAt !== null).length;
    return reached.length + ended >= holds.length ? new Set(reached.map(({ id }) => id)) : null;
  });
}

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
