import { afterEach, describe, expect, it } from "vitest";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { Fleet } from "./fleet.ts";
import { alerted, aStubbornVm, RESTARTS_ALLOWED, restartsOf } from "./resets.ts";
import { aBrokenVm, aHealthyVm, aScenario, type VmInput } from "./scenarios.ts";
import { putsOf } from "./shown-nics.ts";

const UNREAD_ALLOWED = {
  ...RESTARTS_ALLOWED,
  REMEDIATOR_ALLOW: "restarts,restarts-unread",
  REMEDIATOR_UNREAD_SILENCE_SECONDS: "2",
};

/** Nobody can read its Windows, and its owner says that it bears a restart. */
function anUnreadVm(name: string, n: number): VmInput {
  const tags = { "static-ip-remediator": "on", "static-ip-remediator-restart": "on" };
  return aBrokenVm(name, n, { agentSurvivesWrongAddress: false, tags });
}

describe("a VM that would be restarted", () => {
  let fleet: Fleet;

  afterEach(async () => {
    await fleet.close();
  });

  async function start(
    vms: readonly VmInput[],
    settings: Readonly<Record<string, string>> = UNREAD_ALLOWED,
    more: Partial<ScenarioInput> = {},
  ): Promise<void> {
    fleet = await Fleet.start(aScenario([...vms, aHealthyVm("vm-control", 250)], more), settings);
    await fleet.admin("/subscriptions", { kind: "alerts", url: `${fleet.url}/api/alerts` });
  }

  it("is healed although nobody could read it, after it was silent long enough", async () => {
    await start([anUnreadVm("vm-a", 10)]);

    const { outcome, steps } = await alerted(fleet, "vm-a");

    const { requests } = await fleet.log();
    const operations = requests.map(({ operation }) => operation);
    expect(outcome).toMatchObject({ kind: "healed", code: "nic-reset" });
    expect(steps.map(({ name }) => name)).toContain("restartCheck");
    expect(operations.indexOf("activityLog.list")).toBeLessThan(operations.indexOf("nic.put"));
  });

  it("waits until it has been up long enough since somebody started it", async () => {
    await start([anUnreadVm("vm-a", 10)], {
      ...UNREAD_ALLOWED,
      REMEDIATOR_UNREAD_UPTIME_SECONDS: "25",
    });
    await fleet.admin("/vms/vm-a/power", { state: "restarted" });

    const { outcome, steps } = await alerted(fleet, "vm-a");

    const checks = steps.filter(({ name }) => name === "restartCheck");
    expect(outcome).toMatchObject({ kind: "healed", code: "nic-reset" });
    expect(JSON.stringify(checks)).toContain("may have started");
    expect(checks).toHaveLength(2);
  });

  it("is left to a person where Azure does not let its log be read and nobody could read Windows", async () => {
    const role = { actions: ["*"], notActions: ["Microsoft.Insights/*"] };
    await start([anUnreadVm("vm-a", 10)], UNREAD_ALLOWED, { role });

    const { outcome } = await alerted(fleet, "vm-a");

    expect(outcome).toMatchObject({ kind: "needsHuman", code: "activity-log-unreadable" });
    expect(await putsOf(fleet, "vm-a")).toEqual([]);
  });

  it("is left to a person where its platform has trouble and nobody could read Windows", async () => {
    const vm = { ...anUnreadVm("vm-a", 10), health: { state: "Degraded" as const } };
    await start([vm]);

    const { outcome } = await alerted(fleet, "vm-a");

    expect(outcome).toMatchObject({ kind: "needsHuman", code: "platform-event" });
    expect(await putsOf(fleet, "vm-a")).toEqual([]);
  });

  it("is healed without the log where Windows was read, with a remark", async () => {
    const role = { actions: ["*"], notActions: ["Microsoft.Insights/*"] };
    await start([aStubbornVm("vm-a", 10)], RESTARTS_ALLOWED, { role });

    const { outcome } = await alerted(fleet, "vm-a");

    expect(outcome).toMatchObject({ kind: "healed", code: "nic-reset" });
    expect(outcome?.remarks.join(" ")).toContain("Azure did not tell who wrote the NIC lately");
  });

  it("is left to a person where somebody else wrote its NIC less than an hour ago", async () => {
    await start([aStubbornVm("vm-a", 10)], RESTARTS_ALLOWED);
    await fleet.admin("/nics/nic-a", {});

    const { outcome } = await alerted(fleet, "vm-a");

    expect(outcome).toMatchObject({ kind: "needsHuman", code: "nic-changed-by-others" });
    expect(await restartsOf(fleet, "vm-a")).toBe(0);
    expect(await putsOf(fleet, "vm-a")).toEqual([]);
  });

  it("has to wait for the others of its subscription, of which three an hour are restarted", async () => {
    const names = ["vm-a", "vm-b", "vm-c", "vm-d"];
    await start(
      names.map((name, n) => aStubbornVm(name, 10 + n)),
      { ...RESTARTS_ALLOWED, REMEDIATOR_RESTART_WAIT_SECONDS: "60" },
    );

    const incidents = await Promise.all(names.map(async (name) => await alerted(fleet, name)));

    const restarts = (await fleet.log()).effects.filter(({ kind }) => kind === "vmRestarted");
    const order = restarts.map(({ vm }) => vm);
    const codes = incidents.map(({ outcome }) => `${outcome?.kind} ${outcome?.code}`);
    expect(codes.toSorted()).toEqual([
      "healed nic-reset",
      "healed nic-reset",
      "healed nic-reset",
      "needsHuman restart-limit",
    ]);
    expect(new Set(order).size).toBe(3);
    expect(order.filter((vm, index) => vm !== order[index - 1])).toHaveLength(3);
  });

  it("is left to a person where more than five fell silent at the same time", async () => {
    const names = ["vm-a", "vm-b", "vm-c", "vm-d", "vm-e", "vm-f"];
    await start(
      names.map((name, n) => anUnreadVm(name, 10 + n)),
      {
        ...UNREAD_ALLOWED,
        REMEDIATOR_UNREAD_SILENCE_SECONDS: "12",
        // Their neighbours are silent too, and prove nothing of the network.
        REMEDIATOR_PROBE_CONTROL: "10.40.0.250:3389",
      },
    );

    const incidents = await Promise.all(names.map(async (name) => await alerted(fleet, name)));

    const codes = incidents.map(({ outcome }) => `${outcome?.kind} ${outcome?.code}`);
    expect(codes).toEqual(Array.from(names, () => "needsHuman common-cause"));
    expect((await fleet.log()).effects.map(({ kind }) => kind)).not.toContain("nicWritten");
  });
});
