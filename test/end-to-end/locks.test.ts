import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { Fleet, type ShownIncident } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario, type VmInput } from "./scenarios.ts";

const snapshotsSchema = z.object({
  snapshots: z.array(z.object({ tags: z.record(z.string(), z.string()) })),
});
/** A busy machine may answer late; a VM that nothing reaches takes this long to be silent. */
const PATIENT = { REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1" };
const FORBIDDEN = {
  kind: "error",
  status: 403,
  code: "AuthorizationFailed",
  count: "always",
} as const;
const OUTAGE: VmInput["health"] = {
  state: "Unavailable",
  reasonType: "Unplanned",
  summary: "The host of this VM failed.",
};

describe("what Azure itself puts in the way of a heal", () => {
  let fleet: Fleet;

  afterEach(async () => {
    await fleet.close();
  });

  async function start(vms: readonly VmInput[], more: Partial<ScenarioInput> = {}): Promise<void> {
    fleet = await Fleet.start(aScenario(vms, more), PATIENT);
    await fleet.admin("/subscriptions", { kind: "alerts", url: `${fleet.url}/api/alerts` });
  }

  async function alerted(vm: string): Promise<ShownIncident> {
    await fleet.admin("/alerts", { vm });
    return await fleet.outcomeOf(vm);
  }

  async function expectNothingDone(): Promise<void> {
    const { requests, effects } = await fleet.log();
    const done = requests.filter(({ method }) => !["GET", "CONNECT"].includes(method));
    expect(done).toEqual([]);
    expect(effects).toEqual([]);
  }

  it("refuses a ReadOnly lock on a VM, its OS disk or its NIC before anything is begun", async () => {
    const vms = ["vm-own", "vm-disk", "vm-nic"];
    await start(
      vms.map((vm, index) => aBrokenVm(vm, 10 + index)),
      {
        locks: [
          { level: "ReadOnly", name: "keep", vm: "vm-own" },
          { level: "ReadOnly", name: "keep", disk: "vm-disk-os" },
          { level: "ReadOnly", name: "keep", nic: "nic-nic" },
        ],
      },
    );

    const ends = await Promise.all(vms.map(alerted));

    for (const { outcome } of ends) {
      expect(outcome).toMatchObject({ kind: "refused", code: "read-only-lock" });
      expect(outcome?.message).toContain('the ReadOnly lock "keep" on /subscriptions/');
    }
    await expectNothingDone();
  });

  it("refuses one on the resource group, whoever asks and for what", async () => {
    await start(
      ["vm-a", "vm-b", "vm-c", "vm-d"].map((vm, index) => aHealthyVm(vm, 10 + index)),
      {
        locks: [{ level: "ReadOnly" }],
        faults: [{ kind: "dropProbe", vm: "vm-a", count: "always" }],
      },
    );

    await fleet.heal("vm-b");
    await fleet.heal("vm-c", { dryRun: true });
    await fleet.heal("vm-d", { dryRun: true, readGuest: false });

    const ends = [
      await alerted("vm-a"),
      ...(await Promise.all(["vm-b", "vm-c", "vm-d"].map(async (vm) => await fleet.outcomeOf(vm)))),
    ];
    expect(ends.map(({ outcome }) => outcome?.code)).toEqual(ends.map(() => "read-only-lock"));
    await expectNothingDone();
  });

  it("heals a VM beside one that is locked, and one that may only not be deleted", async () => {
    await start([aBrokenVm("vm-a", 10), aBrokenVm("vm-b", 11)], {
      locks: [{ level: "ReadOnly", vm: "vm-b" }, { level: "CanNotDelete" }],
    });

    const { outcome } = await alerted("vm-a");

    expect(outcome).toMatchObject({ kind: "healed", remarks: [] });
  });

  it("says which needless snapshot a lock keeps, and heals the VM at the next alert", async () => {
    await start([aBrokenVm("vm-a", 10, { guest: { roles: ["domainController"] } })], {
      locks: [{ level: "CanNotDelete", name: "no-loss" }],
    });

    const refused = await alerted("vm-a");
    await fleet.admin("/vms/vm-a/guest", { roles: [] });
    const healed = await nextAfter(refused);

    expect(refused.outcome).toMatchObject({ kind: "refused", code: "role-domain-controller" });
    expect(refused.outcome?.remarks.join("\n")).toMatch(
      /needless snapshot sir-vm-a-\w+ could not be deleted: the CanNotDelete lock "no-loss" on \S+\/rg-fleet forbids it\. It is marked as closed/u,
    );
    expect(healed.outcome).toMatchObject({ kind: "healed", remarks: [] });
    const { snapshots } = snapshotsSchema.parse(await fleet.admin("/state"));
    expect(snapshots.map(({ tags }) => tags["closed"] !== undefined)).toEqual([true, true]);
  });

  async function nextAfter(before: ShownIncident): Promise<ShownIncident> {
    await fleet.admin("/alerts", { vm: before.vmName });
    return await fleet.until("the next outcome", 45, async () => {
      const newest = await fleet.outcomeOf(before.vmName);
      return newest.id === before.id ? null : newest;
    });
  }

  it("refuses a VM that Azure itself has lost, and heals one of which it only suspects something", async () => {
    await start([
      { ...aBrokenVm("vm-a", 10), health: OUTAGE },
      { ...aBrokenVm("vm-b", 11), health: { ...OUTAGE, state: "Degraded" } },
    ]);

    const lost = await alerted("vm-a");
    await expectNothingDone();
    const suspected = await alerted("vm-b");

    expect(lost.outcome).toMatchObject({ kind: "refused", code: "platform-outage" });
    expect(lost.outcome?.message).toContain("The host of this VM failed.");
    expect(suspected.outcome?.kind).toBe("healed");
    expect(suspected.outcome?.remarks.join("\n")).toContain("Resource Health says Degraded since");
  });

  it("heals where neither locks nor health may be read, and names the missing rights", async () => {
    await start([aBrokenVm("vm-a", 10)], {
      faults: [
        { ...FORBIDDEN, operation: "lock.list" },
        { ...FORBIDDEN, operation: "health.get" },
      ],
    });

    const { outcome } = await alerted("vm-a");

    expect(outcome?.kind).toBe("healed");
    expect(outcome?.remarks).toHaveLength(2);
    expect(outcome?.remarks[0]).toContain("Azure did not tell which locks there are");
    expect(outcome?.remarks[1]).toContain("Azure did not tell how well its platform is");
  });

  it("refuses by the snapshot's own answer where the locks may not be read", async () => {
    await start([aBrokenVm("vm-a", 10)], {
      locks: [
        { level: "ReadOnly", disk: "vm-a-os" },
        { level: "ReadOnly", nic: "nic-a" },
      ],
      faults: [
        { ...FORBIDDEN, operation: "lock.list" },
        {
          kind: "error",
          operation: "snapshot.put",
          status: 409,
          code: "ScopeLocked",
          count: "always",
        },
      ],
    });

    const { outcome, ledger } = await alerted("vm-a");

    expect(outcome).toMatchObject({ kind: "refused", code: "read-only-lock" });
    expect(ledger).toEqual([]);
  });

  it("asks for neither where the VM answers", async () => {
    await start([aHealthyVm("vm-a", 10)], { locks: [{ level: "ReadOnly" }] });

    await fleet.admin("/alerts", { vm: "vm-a" });
    await fleet.until("the healthy counter", 45, async () => {
      const { body } = await fleet.api("/api/incidents");
      const { counters } = z.object({ counters: z.record(z.string(), z.number()) }).parse(body);
      return counters["healthy"] === undefined ? null : true;
    });

    const { requests } = await fleet.log();
    expect(requests.filter(({ method }) => method === "GET")).toHaveLength(3);
  });
});
