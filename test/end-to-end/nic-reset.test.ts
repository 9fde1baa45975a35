import { afterEach, describe, expect, it } from "vitest";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { Fleet, type ShownIncident } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario, type VmInput } from "./scenarios.ts";

const ALLOWED = {
  REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1",
  REMEDIATOR_SETTLE_SECONDS: "4",
  REMEDIATOR_ALLOW: "restarts",
};

/** A wrong static address that the guest switch cannot cure: Windows registers no dead-man task. */
function aStubbornVm(name: string, n: number, more: Partial<VmInput> = {}): VmInput {
  return aBrokenVm(name, n, { guest: { taskRegistration: false }, ...more });
}

describe("a NIC reset", () => {
  let fleet: Fleet;

  afterEach(async () => {
    await fleet.close();
  });

  async function start(vms: readonly VmInput[], more: Partial<ScenarioInput> = {}): Promise<void> {
    fleet = await Fleet.start(aScenario([...vms, aHealthyVm("vm-control", 250)], more), ALLOWED);
    await fleet.admin("/subscriptions", { kind: "alerts", url: `${fleet.url}/api/alerts` });
  }

  async function alerted(vm: string): Promise<ShownIncident> {
    await fleet.admin("/alerts", { vm });
    return await fleet.outcomeOf(vm);
  }

  it("heals where the guest switch cannot, and leaves the NIC as it was", async () => {
    await start([aStubbornVm("vm-a", 10)]);

    const incident = await alerted("vm-a");

    expect(incident.outcome).toMatchObject({ kind: "healed", code: "nic-reset" });
  });
});
