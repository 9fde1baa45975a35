import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";

import { Fleet } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario, type VmInput } from "./scenarios.ts";
import { addressOf, lasting, readNic, type ShownNic } from "./shown-nics.ts";

const heldSchema = z.object({ id: z.number(), state: z.string() });

const PATIENT = {
  REMEDIATOR_ALLOW: "restarts",
  REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1",
  REMEDIATOR_SETTLE_SECONDS: "10",
  REMEDIATOR_GUEST_READ_SECONDS: "40",
  REMEDIATOR_GUEST_SWITCH_SECONDS: "60",
  REMEDIATOR_SNAPSHOT_TIMEOUT_SECONDS: "60",
};

/** So few at once that nothing else stops a restart. */
const AT_ONCE = 5;

/** Where the host is to die in the heal of one VM. */
interface Death {
  readonly when: "before" | "after";
  readonly nth: number;
  /** Left out: the nth of all requests about the VM. */
  readonly operation?: string;
}

/** A wrong static address that the guest switch cannot cure. */
function aStubbornVm(name: string): VmInput {
  return aBrokenVm(name, 10, { guest: { taskRegistration: false } });
}

describe("a host that is killed in the middle of NIC resets", () => {
  let fleet: Fleet;

  afterEach(async () => {
    await fleet.close();
  });

  it.each(["before", "after"] as const)(
    "puts every NIC back and heals every VM once, killed at each request of a reset %s its effect",
    async (when) => {
      const { first, lastWrite, last } = await requestsOfOneReset();
      const deaths = Array.from({ length: last - first + 1 }, (_, index): Death => {
        return { when, nth: first + index };
      });
      const reached: Death[] = [];

      for (let from = 0; from < deaths.length; from += AT_ONCE) {
        reached.push(...(await killAndCheck(deaths.slice(from, from + AT_ONCE))));
      }

      process.stdout.write(
        `killed at ${reached.length} of ${deaths.length} requests, ${when} their effect\n`,
      );
      // Probes run beside a heal, so that its end may come some requests earlier than in the one that was counted.
      expect(reached).toEqual(expect.arrayContaining(deaths.filter(({ nth }) => nth <= lastWrite)));
    },
    1_200_000,
  );

  it.each(
    (["before", "after"] as const).flatMap((when) => [1, 2, 3].map((nth) => ({ when, nth }))),
  )(
    "puts the NIC back and heals the VM once, killed $when the answer to question $nth for a free address",
    async (death) => {
      expect(await killAndCheck([{ ...death, operation: "vnet.checkAddress" }])).toHaveLength(1);
    },
    120_000,
  );

  /** Which of the requests about a VM belong to its reset, from the first look at the NIC to the end of the run. */
  async function requestsOfOneReset(): Promise<{
    first: number;
    lastWrite: number;
    last: number;
  }> {
    await start(["vm-0"]);
    await fleet.admin("/alerts", { vm: "vm-0" });
    await fleet.outcomeOf("vm-0");
    const { requests } = await fleet.log("vm-0");
    const put = requests.findIndex(({ operation }) => operation === "nic.put");
    const looks = requests.slice(0, put).toReversed();
    const before = looks.findIndex(({ operation }) => operation !== "nic.get");
    await fleet.close();
    const lastWrite = requests.findLastIndex(({ operation }) => operation === "nic.put") + 1;
    return { first: put - before + 1, lastWrite, last: requests.length };
  }

  /** Each VM has its own subscription, since resets are counted by that. */
  async function start(vms: readonly string[]): Promise<void> {
    const network = { subnets: [{ name: "fleet", prefixes: ["10.40.0.0/23"] }] };
    const subscriptions = vms.map((vm, index) => ({
      id: subscriptionId(index),
      network,
      vms: [aStubbornVm(vm)],
    }));
    fleet = await Fleet.start(
      aScenario([aHealthyVm("vm-control", 250)], { subscriptions }),
      PATIENT,
    );
    await fleet.admin("/subscriptions", { kind: "alerts", url: `${fleet.url}/api/alerts` });
  }

  /** Kills the host once with all the deaths at hand, starts it again, and checks each VM; gives the deaths that came. */
  async function killAndCheck(deaths: readonly Death[]): Promise<readonly Death[]> {
    const vms = deaths.map((_, index) => `vm-${index + 1}`);
    await start(vms);
    const before = await Promise.all(vms.map(nicOf));
    const holds = await Promise.all(
      deaths.map(async (death, index) => await hold(death, vms[index])),
    );
    await Promise.all(vms.map(async (vm) => await fleet.admin("/alerts", { vm })));
    const reached = await waitUntilHeld(vms, holds);

    await fleet.killHost();
    await fleet.clearHolds();
    await fleet.startHost();

    for (const [index, vm] of vms.entries()) {
      await expectHealedOnce(vm, { death: deaths[index], before: before[index] });
    }
    await fleet.close();
    return deaths.filter((_, index) => reached.has(holds[index] ?? 0));
  }

  async function hold({ operation, ...rest }: Death, vm: string | undefined): Promise<number> {
    const order = operation === undefined ? { vm, ...rest } : { operation, ...rest };
    return heldSchema.parse(await fleet.admin("/holds", order)).id;
  }

  /** Waits until each VM's run stands at its request, or has ended without one; gives the holds that were reached. */
  async function waitUntilHeld(
    vms: readonly string[],
    holds: readonly number[],
  ): Promise<ReadonlySet<number>> {
    return await fleet.until("all holds", 60, async () => {
      const { holds: all } = z
        .object({ holds: z.array(heldSchema) })
        .parse(await fleet.admin("/holds"));
      const reached = all.filter(({ id, state }) => state !== "waiting" && holds.includes(id));
      const ended = (await fleet.nextList()).filter(({ closedAt }) => closedAt !== null);
      return reached.length + ended.length >= vms.length
        ? new Set(reached.map(({ id }) => id))
        : null;
    });
  }

  async function nicOf(vm: string, index: number): Promise<ShownNic> {
    const nic = vm.replace("vm-", "nic-");
    const nicId = `/subscriptions/${subscriptionId(index)}/resourceGroups/rg-fleet/providers/Microsoft.Network/networkInterfaces/${nic}`;
    return await readNic(fleet, vm, nicId);
  }

  async function expectHealedOnce(
    vm: string,
    { death, before }: { readonly death: Death | undefined; readonly before: ShownNic | undefined },
  ): Promise<void> {
    const { outcome, ledger } = await fleet.outcomeOf(vm, 90);
    const { effects } = await fleet.log(vm);
    const kinds = effects.map(({ kind }) => kind);
    const nic = await nicOf(vm, Number(vm.slice("vm-".length)) - 1);
    expect({ vm, death, outcome }).toMatchObject({
      outcome: { kind: "healed", code: "nic-reset" },
    });
    expect({ vm, death, nic: lasting(nic) }).toEqual({
      vm,
      death,
      nic: before && lasting(before),
    });
    expect({
      vm,
      death,
      address: addressOf(nic),
      incidents: (await fleet.incidents(vm)).length,
      states: ledger.map(({ state }) => state),
      snapshots: kinds.filter((kind) => kind === "snapshotCreated").length,
      writtenAfterSnapshot: kinds.indexOf("nicWritten") > kinds.indexOf("snapshotCreated"),
    }).toEqual({
      vm,
      death,
      address: ["10.40.0.10", "Dynamic"],
      incidents: 1,
      states: ["untouched", "done"],
      snapshots: 1,
      writtenAfterSnapshot: true,
    });
  }
});

function subscriptionId(index: number): string {
  return `5a1e0c2e-9b1d-4f6e-8c3a-${String(index + 1).padStart(12, "0")}`;
}
