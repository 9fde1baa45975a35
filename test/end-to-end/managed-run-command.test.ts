import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { Fleet, type ShownIncident } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario } from "./scenarios.ts";

type Fault = NonNullable<ScenarioInput["faults"]>[number];

const SETTINGS = {
  REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1",
  REMEDIATOR_GUEST_READ_SECONDS: "6",
  REMEDIATOR_GUEST_SWITCH_SECONDS: "10",
};

/** Something else holds the VM's one Run Command for good. */
const TAKEN: Fault = {
  kind: "busySlot",
  operation: "runCommand.post",
  vm: "vm-a",
  count: "always",
};
const SWITCH = { script: "switch-to-dhcp", vm: "vm-a" } as const;

const stateSchema = z.object({
  vms: z.array(
    z.object({
      name: z.string(),
      managedCommands: z.array(z.object({ timeoutSeconds: z.number() })),
    }),
  ),
});

describe("a VM whose Run Command slot is stuck", () => {
  let fleet: Fleet;

  afterEach(async () => {
    await fleet.close();
  });

  async function start(
    faults: readonly Fault[],
    more: Partial<ScenarioInput> = {},
    settings: Readonly<Record<string, string>> = SETTINGS,
  ): Promise<void> {
    const vms = [aBrokenVm("vm-a", 10), aHealthyVm("vm-control", 250)];
    fleet = await Fleet.start(aScenario(vms, { faults: [...faults], ...more }), settings);
    await fleet.admin("/subscriptions", { kind: "alerts", url: `${fleet.url}/api/alerts` });
  }

  async function alerted(): Promise<ShownIncident> {
    await fleet.admin("/alerts", { vm: "vm-a" });
    return await fleet.outcomeOf("vm-a", 60);
  }

  /** Without lists: the cleaner looks at each quarter of an hour, whatever a run does. */
  async function managedRequests(): Promise<readonly string[]> {
    return (await fleet.log("vm-a")).requests
      .filter(({ operation }) => /^managedCommand\.(?!list)/u.test(operation))
      .map(({ operation, script }) => [operation.slice(15), script].filter(Boolean).join(" "));
  }

  /** The timeouts of those that are there now. */
  async function managedTimeouts(): Promise<readonly number[]> {
    const { vms } = stateSchema.parse(await fleet.admin("/state"));
    return vms.flatMap((vm) => vm.managedCommands.map(({ timeoutSeconds }) => timeoutSeconds));
  }

  async function managedLeft(): Promise<number> {
    return (await managedTimeouts()).length;
  }

  it("is read and healed by managed Run Commands, one after the other, and none of them stays", async () => {
    await start([TAKEN]);

    const { outcome, ledger, steps } = await alerted();

    expect(outcome).toMatchObject({ kind: "healed", code: "guest-dhcp" });
    expect(ledger.map(({ state }) => state)).toEqual(["done"]);
    const changes = (await managedRequests()).filter((request) => request !== "get");
    expect(changes).toEqual(["put read-guest", "delete", "put switch-to-dhcp", "delete"]);
    expect(await managedLeft()).toBe(0);
    const reading = steps.find(({ name }) => name === "guestRead");
    expect(reading?.["detail"]).toContain("over a managed Run Command");
  });

  it("waits for the slot first: one that is free soon needs no managed Run Command", async () => {
    await start([{ ...TAKEN, count: 2 }]);

    const { outcome } = await alerted();

    expect(outcome?.kind).toBe("healed");
    expect(await managedRequests()).toEqual([]);
  });

  it("never has two switches of ours: one whose first answer was lost is only read again", async () => {
    await start([
      { kind: "lost", operation: "runCommand.post", ...SWITCH },
      { ...TAKEN, ...SWITCH, nth: 2 },
    ]);

    const { outcome } = await alerted();

    expect(outcome?.kind).toBe("healed");
    expect(await managedRequests()).toEqual([]);
    const effects = (await fleet.log("vm-a")).effects.filter(({ kind }) => kind === "dhcpSwitched");
    expect(effects).toHaveLength(1);
  });

  it("never has two readings of ours: one whose first answer was lost waits for the slot alone", async () => {
    await start([
      { kind: "lost", operation: "runCommand.post", vm: "vm-a" },
      { ...TAKEN, nth: 2 },
    ]);

    const { outcome } = await alerted();

    expect(outcome).toMatchObject({ kind: "needsHuman", code: "guest-unreadable" });
    expect(await managedRequests()).toEqual([]);
  });

  it.each(["before", "after"] as const)(
    "is healed once although the host dies %s the managed switch is made",
    async (when) => {
      await start([TAKEN], {}, { ...SETTINGS, REMEDIATOR_GUEST_SWITCH_SECONDS: "30" });
      const hold = z
        .object({ id: z.number() })
        .parse(await fleet.admin("/holds", { operation: "managedCommand.put", ...SWITCH, when }));
      await fleet.admin("/alerts", { vm: "vm-a" });
      const held = z.object({ state: z.string() });
      await fleet.until("the hold", 40, async () =>
        held.parse(await fleet.admin(`/holds/${hold.id}`)).state === "reached" ? true : null,
      );

      const timeouts = await managedTimeouts();
      await fleet.killHost();
      await fleet.clearHolds();
      await fleet.startHost();
      const { outcome } = await fleet.outcomeOf("vm-a", 90);

      expect(outcome?.kind).toBe("healed");
      // Longer than the dead-man's 16 s: Azure ends no switch midway.
      expect(timeouts.map((seconds) => seconds > 16)).toEqual(when === "after" ? [true] : []);
      expect(await managedLeft()).toBe(0);
      const kinds = (await fleet.log("vm-a")).effects.map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === "dhcpSwitched")).toHaveLength(1);
    },
    150_000,
  );

  it("gets none where a lock would keep it from being deleted", async () => {
    await start([TAKEN], { locks: [{ level: "CanNotDelete", vm: "vm-a" }] });

    const { outcome } = await alerted();

    expect(outcome).toMatchObject({ kind: "needsHuman", code: "guest-unreadable" });
    expect(await managedRequests()).toEqual([]);
  });

  it.each([
    ["a dry run", SETTINGS, { dryRun: true }],
    ["observing", { ...SETTINGS, REMEDIATOR_MODE: "observe" }, {}],
  ])("gets none by %s, which makes nothing", async (_what, settings, request) => {
    await start([TAKEN], {}, settings);

    await fleet.heal("vm-a", request);
    const { outcome } = await fleet.outcomeOf("vm-a");

    expect(outcome?.code).toBe("guest-unreadable");
    expect(await managedRequests()).toEqual([]);
  });
});
