import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { openSqliteStore } from "../../shared/incidents/sqlite/sqlite-store.ts";
import { Fleet } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario, type VmInput } from "./scenarios.ts";

const INSTANCE = "/runtime/webhooks/durabletask/instances/probe-minute";
const START = "/runtime/webhooks/durabletask/orchestrators/probeMinute/probe-minute";
const LIVE = new Set(["Pending", "Running", "ContinuedAsNew"]);

/** Rounds of one minute, in which each VM has its turn. */
const ROUNDS = { REMEDIATOR_PROBE_ROUND_MINUTES: "1", REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1" };

const healthSchema = z.object({ counters: z.record(z.string(), z.number()) });
const statusSchema = z.object({ runtimeStatus: z.string() });

/** Minutes to come, so that neither the host's own timer nor what is caught up with is in the way. */
function aClock(): () => number {
  let minute = Math.floor(Date.now() / 60_000) + 60;
  return () => minute++;
}

/** Probes those whose turn it is in a minute, as the timer would have it; waits until that is done. */
async function round(fleet: Fleet, minute: number): Promise<void> {
  await fleet.until("the start of a minute", 30, async () => {
    const { status } = await fleet.api(START, { minute });
    return status === 202 ? true : null;
  });
  await ended(fleet);
}

async function ended(fleet: Fleet): Promise<void> {
  const { runtimeStatus } = await fleet.until("the end of a minute", 60, async () => {
    const { status, body } = await fleet.api(INSTANCE);
    const found = status === 404 ? null : statusSchema.parse(body);
    return found === null || LIVE.has(found.runtimeStatus) ? null : found;
  });
  expect(runtimeStatus).toBe("Completed");
}

/** A VM that an NSG keeps from being probed. */
function aDeniedVm(name: string, n: number): VmInput {
  const ipConfigurations = [{ address: `10.40.0.${n}` }];
  return { ...aHealthyVm(name, n), nics: [{ ipConfigurations, securityGroup: "nsg-denied" }] };
}

describe("probe rounds", () => {
  let fleet: Fleet;
  const next = aClock();

  beforeAll(async () => {
    fleet = await Fleet.start(
      aScenario(
        [
          aBrokenVm("vm-broken", 10),
          aHealthyVm("vm-well", 11),
          aHealthyVm("vm-stopped", 12),
          aBrokenVm("vm-not-asked", 13, { tags: {} }),
          aBrokenVm("vm-opted-out", 14, { tags: { "static-ip-remediator": "off" } }),
          aBrokenVm("vm-back", 15),
          aDeniedVm("vm-denied", 16),
        ],
        {
          securityGroups: [
            {
              name: "nsg-denied",
              rules: [{ name: "no-rdp", priority: 100, access: "Deny", ports: ["3389"] }],
            },
          ],
        },
      ),
      ROUNDS,
    );
    await fleet.admin("/vms/vm-stopped/power", { state: "deallocated" });
  });

  afterAll(async () => {
    await fleet.close();
  });

  it("heal a VM that no alert tells of, in the third silent round and not before", async () => {
    await round(fleet, next());
    await round(fleet, next());
    expect(await fleet.incidents()).toEqual([]);
    await fleet.admin("/vms/vm-back/guest", { dhcp: true });

    await round(fleet, next());

    const incident = await fleet.outcomeOf("vm-broken");
    expect(incident.outcome).toMatchObject({ kind: "healed", code: "guest-dhcp" });
    const { body } = await fleet.api(`/api/signals/${incident.signalIds[0]}`);
    expect(body).toMatchObject({ source: "probeRound", state: "taken" });
  });

  it("raise nothing for a VM that answers, answered in the third round, is stopped, behind an NSG, or did not opt in", async () => {
    await round(fleet, next());

    const incidents = await fleet.incidents();
    const { body } = await fleet.api("/api/incidents");
    expect(incidents.map(({ vmName }) => vmName)).toEqual(["vm-broken"]);
    expect(healthSchema.parse(body).counters).toEqual({});
  });
});

describe("a host that is killed in the middle of a round", () => {
  let fleet: Fleet;
  const next = aClock();

  beforeAll(async () => {
    fleet = await Fleet.start(
      aScenario([aBrokenVm("vm-a", 10), aBrokenVm("vm-b", 11), aHealthyVm("vm-well", 12)]),
      ROUNDS,
    );
  });

  afterAll(async () => {
    await fleet.close();
  });

  it("counts no VM twice, and raises each signal once", async () => {
    await round(fleet, next());
    await fleet.admin("/holds", { vm: "vm-b", operation: "vm.get", when: "before" });
    await fleet.api(START, { minute: next() });
    await fleet.until("a count of one VM", 30, async () =>
      (await counted(fleet)).includes(2) ? true : null,
    );
    await fleet.killHost();
    const whenKilled = await counted(fleet);
    await fleet.clearHolds();

    await fleet.startHost();
    await ended(fleet);

    expect(whenKilled).toEqual([2, 1]);
    expect(await counted(fleet)).toEqual([2, 2]);
    expect(await fleet.incidents()).toEqual([]);
    await round(fleet, next());
    for (const vm of ["vm-a", "vm-b"]) {
      expect((await fleet.outcomeOf(vm)).outcome).toMatchObject({ kind: "healed" });
    }
    expect(await fleet.incidents()).toHaveLength(2);
  });

  it("catches up with what took longer than its minute", async () => {
    const begun = Math.floor(Date.now() / 60_000);

    await round(fleet, begun - 5);

    const { body } = await fleet.api(INSTANCE);
    const { output } = z.object({ output: z.object({ minute: z.number() }) }).parse(body);
    expect(output.minute).toBeGreaterThanOrEqual(begun);
  });

  it("is asked for a round out of turn like a host in Azure", async () => {
    const answer = await fleet.api("/admin/functions/probeRound", {});

    expect(answer.status).toBe(202);
    await ended(fleet);
  });
});

/** Silent rounds on record, in the order of the VMs' names. */
async function counted(fleet: Fleet): Promise<readonly number[]> {
  const store = await openSqliteStore(path.join(fleet.folder, "incidents.db"));
  const silences = await store.silences();
  await store.close();
  return silences.map(({ rounds }) => rounds);
}
