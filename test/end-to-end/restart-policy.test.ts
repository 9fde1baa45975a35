import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { Fleet, type ShownIncident } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario, type VmInput } from "./scenarios.ts";

/** A busy machine may answer late; a VM that nothing reaches takes this long to be silent. */
const PATIENT = { REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1" };
const RESTARTS = { ...PATIENT, REMEDIATOR_ALLOW: "restarts" };
const UNREAD = { ...PATIENT, REMEDIATOR_ALLOW: "restarts,restarts-unread" };
const RESTART_TAG = { "static-ip-remediator": "on", "static-ip-remediator-restart": "on" };

const planSchema = z.object({
  plan: z.object({ remedies: z.array(z.object({ kind: z.string() })).default([]) }),
});

/** The true fault: Windows has a wrong static address, and so its agent is silent too. */
function aSilentVm(name: string, n: number, more: Partial<VmInput> = {}): VmInput {
  return aBrokenVm(name, n, { agentSurvivesWrongAddress: false, ...more });
}

describe("what a dry run says of a NIC reset", () => {
  let fleet: Fleet;

  afterEach(async () => {
    await fleet.close();
  });

  async function look(
    vm: VmInput,
    settings: Readonly<Record<string, string>> = RESTARTS,
    more: Partial<ScenarioInput> = {},
  ): Promise<{ readonly incident: ShownIncident; readonly remedies: readonly string[] }> {
    const scenario = aScenario([vm, aHealthyVm("vm-control", 250)], more);
    fleet = await Fleet.start(scenario, settings);
    await fleet.heal(vm.name, { dryRun: true });
    const incident = await fleet.outcomeOf(vm.name);
    const { plan } = planSchema.parse((await fleet.api(`/api/incidents/${incident.id}`)).body);
    return { incident, remedies: plan.remedies.map(({ kind }) => kind) };
  }

  it("is what it would cost, and where the address stands, before anything is done", async () => {
    const [nic] = aBrokenVm("vm-a", 10).nics;
    const configuration = { address: "10.40.0.10", allocation: "Static" as const };
    const { incident, remedies } = await look(
      aBrokenVm("vm-a", 10, {
        nics: [{ ...nic, ipConfigurations: [configuration], securityGroup: "nsg-a" }],
      }),
      RESTARTS,
      {
        securityGroups: [
          {
            name: "nsg-a",
            rules: [
              { name: "Rdp", priority: 100, access: "Allow", ports: ["3389"] },
              {
                name: "ToA",
                priority: 110,
                access: "Allow",
                ports: ["443"],
                destination: "10.40.0.10",
              },
            ],
          },
        ],
      },
    );

    expect(incident.outcome).toMatchObject({ kind: "refused", code: "dry-run" });
    expect(remedies).toEqual(["guestDhcp", "nicReset"]);
    expect(incident.outcome?.message).toContain("restarts the VM twice, drops every session");
    expect(incident.outcome?.message).toContain("do not fit meanwhile: ToA of NSG nsg-a;");
    expect((await fleet.log()).effects).toEqual([]);
  });

  it("is nothing where restarts are not allowed by name, and no question is asked for it", async () => {
    const { incident, remedies } = await look(aBrokenVm("vm-a", 10), PATIENT);

    const { requests } = await fleet.log();
    expect(remedies).toEqual(["guestDhcp"]);
    expect(incident.outcome?.remarks).toEqual([]);
    expect(requests.map(({ operation }) => operation)).not.toContain("activityLog.list");
  });

  it.each<[string, VmInput, Readonly<Record<string, string>>, string]>([
    [
      "a load balancer sends traffic to it",
      aBrokenVm("vm-a", 10, {
        nics: [
          {
            ipConfigurations: [{ address: "10.40.0.10", loadBalancerPools: ["lb/web"] }],
            adapter: { static: { addresses: ["10.40.1.10/23"], gateway: "10.40.0.1" } },
          },
        ],
      }),
      RESTARTS,
      "the settings do not allow restarts-pooled",
    ],
    [
      "the owner forbids restarts",
      aBrokenVm("vm-a", 10, { tags: { ...RESTART_TAG, "static-ip-remediator-restart": "off" } }),
      UNREAD,
      "has the tag static-ip-remediator-restart: off",
    ],
    [
      "nobody could read Windows",
      aSilentVm("vm-a", 10, { tags: RESTART_TAG }),
      RESTARTS,
      "the settings do not allow restarts-unread",
    ],
    [
      "nothing says that an unread VM bears it",
      aSilentVm("vm-a", 10),
      UNREAD,
      "no tag static-ip-remediator-restart: on",
    ],
  ])("is why it is left out, where %s", async (_why, vm, settings, reason) => {
    const { incident, remedies } = await look(vm, settings);

    expect(remedies).not.toContain("nicReset");
    expect(incident.outcome?.remarks.join(" ")).toContain(reason);
  });

  it("is the reset itself for an unread VM whose tag allows it", async () => {
    const { incident, remedies } = await look(aSilentVm("vm-a", 10, { tags: RESTART_TAG }), UNREAD);

    expect(incident.outcome).toMatchObject({ kind: "refused", code: "dry-run" });
    expect(remedies).toEqual(["nicReset"]);
  });
});
