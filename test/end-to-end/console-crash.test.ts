import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";

import { parseScenario } from "../../local/simulator/scenario/scenario.ts";
import { startSimulator } from "../../local/simulator/simulator.ts";
import { Fleet, type ShownIncident } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario, type VmInput } from "./scenarios.ts";

const OPS = { name: "ops-account", password: "Opened-4-rep@ir" };
const heldSchema = z.object({ id: z.number(), state: z.string() });
const stateSchema = z.object({
  vms: z.array(
    z.object({
      name: z.string(),
      guest: z.object({
        adapters: z.array(
          z.object({ dhcp: z.boolean(), addresses: z.array(z.object({ ip: z.string() })) }),
        ),
      }),
    }),
  ),
});

/** Budgets with room for many heals at once and for the new start. */
const ROOMY = {
  // The quicker the polls, the less sure is how many requests a heal makes.
  REMEDIATOR_POLL_SECONDS: "0.5",
  REMEDIATOR_ALLOW: "console",
  REMEDIATOR_PROBE_COUNT: "2",
  REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1",
  REMEDIATOR_SETTLE_SECONDS: "0.2",
  REMEDIATOR_SNAPSHOT_TIMEOUT_SECONDS: "120",
};

/** A held request keeps an activity, and a host has 32 of them at once. */
const AT_ONCE = 24;

/** A VM, and the request of its heal at which the host is to die. */
interface Death {
  readonly vm: string;
  readonly nth: number;
}

/** Azure's address of the n-th VM. */
function addressOf(n: number): string {
  return `10.40.0.${10 + n}`;
}

/** A VM whose agent never comes back, so that its heal needs both ways over the console. */
function aLostVm(name: string, n: number): VmInput {
  const more = { agentSurvivesWrongAddress: false, agent: false, guest: { users: [OPS] } };
  return aBrokenVm(name, 10 + n, more);
}

/** Whether a channel that the program could not know as its own kept it from the console. */
function wasKeptAway(incident: ShownIncident | undefined): boolean {
  return incident?.outcome?.remarks.join(" ").includes("is not this program's") === true;
}

describe("a host that is killed in the middle of heals over the console", () => {
  let fleet: Fleet;

  afterEach(async () => {
    await fleet.close();
  });

  it.each(["before", "after"] as const)(
    "leaves every VM healed, at most one change of each kind in it, killed at each request %s its effect",
    async (when) => {
      const requests = await requestsOfOneHeal();
      const deaths = Array.from({ length: requests }, (_, index): Death => {
        return { vm: `vm-${index + 1}`, nth: index + 1 };
      });
      let reached = 0;
      let unsure = 0;

      for (let from = 0; from < deaths.length; from += AT_ONCE) {
        const some = deaths.slice(from, from + AT_ONCE);
        reached += await killAndStart(some, when);
        const incidents: ShownIncident[] = [];
        for (const { vm } of some) {
          incidents.push(await fleet.outcomeOf(vm, 240));
        }
        unsure += incidents.filter((incident) => wasKeptAway(incident)).length;
        await expectRight(some, incidents);
        await fleet.close();
      }

      process.stdout.write(
        `console: killed at ${reached} of ${requests} requests, ${when} their effect; ${unsure} left static, as their own channel was not known\n`,
      );
      // Runs go beside each other, so a heal may take some polls more or less than the one that was counted.
      expect(reached).toBeGreaterThanOrEqual(requests - 6);
    },
    600_000,
  );

  /** Lets the run of each VM come to its request, kills the host and starts it again; gives how many came there. */
  async function killAndStart(deaths: readonly Death[], when: "before" | "after"): Promise<number> {
    await start(deaths.map(({ vm, nth }) => aLostVm(vm, nth)));
    const holds = await Promise.all(
      deaths.map(async (death) => {
        return heldSchema.parse(await fleet.admin("/holds", { ...death, when })).id;
      }),
    );
    await Promise.all(deaths.map(async ({ vm }) => await fleet.admin("/alerts", { vm })));
    const reached = await waitUntilHeld(holds);
    await fleet.killHost();
    await fleet.clearHolds();
    await fleet.startHost();
    return reached;
  }

  async function start(vms: readonly VmInput[]): Promise<void> {
    const secrets = { console: { username: OPS.name, password: OPS.password } };
    const scenario = parseScenario(aScenario([aHealthyVm("vm-control", 250), ...vms], { secrets }));
    const simulator = await startSimulator({ scenario });
    fleet = await Fleet.on(simulator, {
      ...ROOMY,
      REMEDIATOR_CONSOLE_SECRET: `${simulator.armEndpoint}/secrets/console`,
    });
    await fleet.admin("/subscriptions", { kind: "alerts", url: `${fleet.url}/api/alerts` });
  }

  /** How many requests a heal makes that nothing disturbs. */
  async function requestsOfOneHeal(): Promise<number> {
    await start([aLostVm("vm-0", 0)]);
    await fleet.admin("/alerts", { vm: "vm-0" });
    const { outcome } = await fleet.outcomeOf("vm-0", 120);
    expect(outcome).toMatchObject({ kind: "healed", remarks: [] });
    const { requests } = await fleet.log("vm-0");
    await fleet.close();
    return requests.length;
  }

  /** Waits until each VM's run stands at its request, or has ended without one; gives how many stand. */
  async function waitUntilHeld(holds: readonly number[]): Promise<number> {
    return await fleet.until("all holds", 240, async () => {
      const listed = z
        .object({ holds: z.array(heldSchema) })
        .parse(await fleet.admin("/holds")).holds;
      const reached = listed.filter(
        ({ id, state }) => state !== "waiting" && holds.includes(id),
      ).length;
      const incidents = await fleet.nextList();
      const ended = incidents.filter(({ closedAt }) => closedAt !== null).length;
      return reached + ended >= holds.length ? reached : null;
    });
  }

  /** Azure's address everywhere; DHCP but where a channel of nobody knows whom kept the program away. */
  async function expectRight(
    deaths: readonly Death[],
    incidents: readonly ShownIncident[],
  ): Promise<void> {
    for (const [index, { vm, nth }] of deaths.entries()) {
      const incident = incidents[index];
      const kept = wasKeptAway(incident);
      const { code, message } = incident?.outcome ?? {};
      const found = { outcome: incident?.outcome, found: await foundIn(vm) };
      expect(found, `${vm}: ${code}, ${message}`).toMatchObject({
        outcome: { kind: "healed" },
        found: {
          vm,
          snapshots: 1,
          set: 1,
          switched: kept ? 0 : 1,
          adapters: [{ dhcp: !kept, addresses: [{ ip: addressOf(nth) }] }],
          incidents: 1,
        },
      });
    }
  }

  async function foundIn(vm: string): Promise<unknown> {
    const { vms } = stateSchema.parse(await fleet.admin("/state"));
    const kinds = (await fleet.log(vm)).effects.map(({ kind }) => kind);
    return {
      vm,
      snapshots: kinds.filter((kind) => kind === "snapshotCreated").length,
      set: kinds.filter((kind) => kind === "staticChanged").length,
      switched: kinds.filter((kind) => kind === "dhcpSwitched").length,
      adapters: vms.find(({ name }) => name === vm)?.guest.adapters,
      incidents: (await fleet.incidents(vm)).length,
    };
  }
});
