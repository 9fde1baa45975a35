import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { Fleet, type ShownIncident } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario, type VmInput } from "./scenarios.ts";

/** A busy machine may answer late; a VM that restarts is up at once. */
const PATIENT = { REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1", REMEDIATOR_SETTLE_SECONDS: "4" };

const guestSchema = z.object({
  vms: z.array(
    z.object({
      name: z.string(),
      guest: z.looseObject({
        adapters: z.array(
          z.object({
            dhcp: z.boolean(),
            addresses: z.array(z.object({ ip: z.string() })),
          }),
        ),
        tasks: z.array(z.unknown()),
      }),
    }),
  ),
});

describe("a rollback", () => {
  let fleet: Fleet;

  afterEach(async () => {
    await fleet.close();
  });

  /** The mirror case: somebody wanted the static address, and gives it to the NIC in Azure after the heal. */
  async function startHealed(
    more: Partial<ScenarioInput> = {},
    vm: VmInput = aBrokenVm("vm-a", 10),
  ): Promise<ShownIncident> {
    fleet = await Fleet.start(
      aScenario([vm, aHealthyVm("vm-control", 250)], { keepMac: true, ...more }),
      PATIENT,
    );
    await fleet.heal("vm-a");
    const healed = await fleet.outcomeOf("vm-a");
    expect(healed.outcome?.kind).toBe("healed");
    return healed;
  }

  async function giveAddress(address: string): Promise<void> {
    await fleet.admin("/nics/nic-a", { address });
    await fleet.until("the VM on its new address", 30, async () =>
      (await ipsOf()).includes(address) ? true : null,
    );
  }

  async function ask(id: string, body: object = {}): Promise<{ status: number; body: unknown }> {
    return await fleet.api(`/api/incidents/${id}/rollback`, body);
  }

  async function takenBack(id: string, body: object = {}): Promise<ShownIncident> {
    const before = await fleet.incidents("vm-a");
    expect((await ask(id, body)).status).toBe(202);
    return await fleet.until("the rollback's outcome", 45, async () => {
      const [newest] = await fleet.incidents("vm-a");
      const isNew = newest !== undefined && !before.some((other) => other.id === newest.id);
      return isNew && newest.closedAt !== null ? newest : null;
    });
  }

  async function guest() {
    const { vms } = guestSchema.parse(await fleet.admin("/state"));
    const found = vms.find(({ name }) => name === "vm-a")?.guest;
    expect(found).toBeDefined();
    return found;
  }

  async function ipsOf(): Promise<readonly string[]> {
    return ((await guest())?.adapters[0]?.addresses ?? []).map(({ ip }) => ip);
  }

  it("gives Windows its static address back where Azure's NIC has that address now, and proves it", async () => {
    const healed = await startHealed();
    await giveAddress("10.40.1.10");

    const { outcome, ledger } = await takenBack(healed.id);

    expect(outcome).toMatchObject({ kind: "rolledBack", code: "rollback" });
    expect(outcome?.message).toContain(`Incident ${healed.id} was taken back.`);
    expect(ledger).toMatchObject([{ remedy: "restoreStatic", state: "done" }]);
    const now = await guest();
    expect(now?.adapters).toMatchObject([{ dhcp: false, addresses: [{ ip: "10.40.1.10" }] }]);
    expect(now?.tasks).toEqual([]);
    const { effects } = await fleet.log("vm-a");
    expect(effects.filter(({ kind }) => kind === "snapshotCreated")).toHaveLength(2);
  });

  it("is refused where the old address would cut the VM off, and names it; a dry run too", async () => {
    const healed = await startHealed();

    const dry = await takenBack(healed.id, { dryRun: true });
    const { outcome, ledger } = await takenBack(healed.id);

    expect(dry.outcome).toMatchObject({ kind: "refused", code: "would-cut-off" });
    expect(outcome).toMatchObject({ kind: "refused", code: "would-cut-off" });
    expect(outcome?.message).toContain(
      "Azure gave NIC nic-a 10.40.0.10; with static 10.40.1.10/23",
    );
    expect(ledger).toEqual([]);
    expect(await ipsOf()).toEqual(["10.40.0.10"]);
  });

  it("shows in a dry run what it would do, and does nothing", async () => {
    const healed = await startHealed();
    await giveAddress("10.40.1.10");

    const { outcome, ledger } = await takenBack(healed.id, { dryRun: true });

    expect(outcome).toMatchObject({ kind: "refused", code: "rollback-dry-run" });
    expect(outcome?.message).toContain('"Ethernet" gets static 10.40.1.10/23 again.');
    expect(ledger).toEqual([]);
    expect((await guest())?.adapters).toMatchObject([{ dhcp: true }]);
  });

  it("is refused once somebody changed Windows, once it is done, and while another change is newer", async () => {
    const healed = await startHealed();
    await giveAddress("10.40.1.10");
    await fleet.admin("/vms/vm-a/guest", {
      static: { addresses: ["10.40.1.10/23"], gateway: "10.40.0.1" },
    });
    const drifted = await takenBack(healed.id);
    await fleet.admin("/vms/vm-a/guest", { dhcp: true });
    const done = await takenBack(healed.id);
    const again = await takenBack(healed.id);

    expect(drifted.outcome).toMatchObject({ kind: "refused", code: "rollback-drifted" });
    expect(done.outcome).toMatchObject({ kind: "rolledBack" });
    expect(again.outcome).toMatchObject({ kind: "refused", code: "newer-change" });
    expect(again.outcome?.nextStep).toContain(done.id);
  });

  it("lets a pinned address be Dynamic again, and keeps it where Azure would give another", async () => {
    fleet = await Fleet.start(
      aScenario([aHealthyVm("vm-a", 10), aHealthyVm("vm-control", 250)], {
        dynamicKeepsAddress: false,
      }),
      PATIENT,
    );
    await fleet.heal("vm-a", { pinAddress: true });
    const pinned = await fleet.outcomeOf("vm-a");

    const { outcome, ledger } = await takenBack(pinned.id);

    expect(outcome).toMatchObject({ kind: "needsHuman", code: "address-not-kept" });
    expect(ledger).toMatchObject([{ remedy: "pinAddress", state: "undone" }]);
    expect(await ipsOf()).toEqual(["10.40.0.10"]);
  });

  it("takes back a pin and then a switch, and reads everything again between the two", async () => {
    fleet = await Fleet.start(
      aScenario(
        [aBrokenVm("vm-a", 10, { agentSurvivesWrongAddress: false }), aHealthyVm("vm-b", 250)],
        { allocationRestarts: true },
      ),
      { ...PATIENT, REMEDIATOR_ALLOW: "console" },
    );
    await fleet.heal("vm-a", { pinAddress: true });
    const healed = await fleet.outcomeOf("vm-a");

    const { outcome, ledger } = await takenBack(healed.id);

    expect(healed.ledger.map(({ remedy }) => remedy)).toEqual([
      "serialConsole",
      "guestDhcp",
      "pinAddress",
    ]);
    expect(outcome).toMatchObject({ kind: "rolledBack", code: "rollback" });
    expect(ledger).toMatchObject([
      { remedy: "pinAddress", state: "done" },
      { remedy: "restoreStatic", state: "done" },
    ]);
    expect((await guest())?.adapters).toContainEqual(
      expect.objectContaining({ dhcp: false, addresses: [{ ip: "10.40.0.10" }] }),
    );
  });

  it("changes nothing where Windows takes no scheduled task that would put DHCP on again", async () => {
    const healed = await startHealed();
    await giveAddress("10.40.1.10");
    await fleet.admin("/vms/vm-a/guest", { taskRegistration: false });

    const { outcome, ledger } = await takenBack(healed.id);

    expect(outcome).toMatchObject({ kind: "refused", code: "no-dead-man" });
    expect(ledger).toMatchObject([{ remedy: "restoreStatic", state: "untouched" }]);
    expect((await guest())?.adapters).toMatchObject([{ dhcp: true }]);
  });

  it("is done once although the host dies when the script has run", async () => {
    const healed = await startHealed();
    await giveAddress("10.40.1.10");

    await ask(healed.id);
    await fleet.until("the static address", 40, async () =>
      (await guest())?.adapters[0]?.dhcp === false ? true : null,
    );
    await fleet.killHost();
    await fleet.startHost();
    const { outcome } = await fleet.outcomeOf("vm-a");

    expect(outcome).toMatchObject({ kind: "rolledBack" });
    expect(await fleet.incidents("vm-a")).toHaveLength(2);
    expect((await guest())?.tasks).toEqual([]);
  });

  it("is not for incidents that are unknown, or open, nor for a body that says something else", async () => {
    const healed = await startHealed();

    const unknown = await ask("inc-20260101-nowhere");
    const wrong = await ask(healed.id, { force: true });

    expect(unknown).toMatchObject({ status: 404, body: { error: { code: "incident-not-found" } } });
    expect(wrong).toMatchObject({
      status: 400,
      body: { error: { code: "invalid-rollback-request" } },
    });
  });
});
