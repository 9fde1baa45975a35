import { describe, expect, it } from "vitest";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import type { Probe } from "../../shared/domain/facts.ts";
import { explainSilence } from "../../shared/facts/explain-silence.ts";
import { verifyIpFlow } from "../../shared/facts/verify-ip-flow.ts";
import { aBrokenVm, aVm, simulatedAzure } from "../azure/simulated-azure.ts";
import type { SimulatedAzure } from "../azure/simulated-azure.ts";

/** Where the simulator's proxy stands in the virtual network. */
const JUMP_HOST = "10.255.255.250";
const TILL = aBrokenVm("vm-till", "10.40.2.7");
const DESK = aVm("vm-desk", "10.40.2.8");
const FLOW = ["networkWatcher.list", "networkWatcher.verifyIpFlow"];

/** A fleet in a subnet whose NSG denies RDP from one source. */
async function aFleet(source: string, more: Partial<ScenarioInput> = {}): Promise<SimulatedAzure> {
  return await simulatedAzure({
    network: {
      subnets: [{ name: "apps", prefixes: ["10.40.2.0/24"], securityGroup: "nsg-apps" }],
    },
    securityGroups: [
      {
        name: "nsg-apps",
        rules: [{ name: "lockdown", priority: 200, access: "Deny", ports: ["3389"], source }],
      },
    ],
    vms: [TILL, DESK],
    ...more,
  });
}

async function explain(
  simulated: SimulatedAzure,
  { source = JUMP_HOST, confirmed = true }: { source?: string | null; confirmed?: boolean } = {},
): Promise<Probe> {
  const settings = {
    port: 3389,
    timeoutSeconds: 0.6,
    proxy: simulated.endpoint,
    control: null,
    source,
  };
  const target = { nicId: null, address: "10.40.2.7", confirmed };
  const facts = await simulated.facts("vm-till");
  return await explainSilence(simulated.azure, facts, target, settings);
}

async function asked(simulated: SimulatedAzure): Promise<readonly string[]> {
  const operations = await simulated.operations();
  return operations.filter((name) => FLOW.includes(name) || name === "nsg.get");
}

describe("a silence that is confirmed", () => {
  it("is unknown where Azure says that a rule denies the probe, and names the rule", async () => {
    const simulated = await aFleet("10.255.255.0/24");

    const probe = await explain(simulated);

    expect(probe).toMatchObject({
      kind: "unknown",
      code: "nsg",
      deniedBy: "securityRules/lockdown",
    });
    expect(probe.detail).toContain(`from ${JUMP_HOST}, says Network Watcher`);
    expect(await asked(simulated)).toEqual(FLOW);
  });

  it("is silent where Azure says that the rules let it in, although they might not", async () => {
    // Without the prober's address the NSG alone would not tell.
    const simulated = await aFleet("10.9.0.0/16");

    expect(await explain(simulated)).toMatchObject({ kind: "silent" });
    expect(await asked(simulated)).not.toContain("nsg.get");
  });

  it.each([
    [
      "the watchers may not be listed",
      [{ kind: "error", operation: "networkWatcher.list", status: 403, code: "Forbidden" }],
    ],
    [
      "it may not be asked",
      [{ kind: "error", operation: "networkWatcher.verifyIpFlow", status: 403, code: "Forbidden" }],
    ],
    ["Azure throttles it", [{ kind: "throttle", operation: "networkWatcher.verifyIpFlow" }]],
    ["its verdict fails", [{ kind: "failOperation", operation: "networkWatcher.verifyIpFlow" }]],
  ] as const)("is judged by the NSG itself where %s", async (_what, faults) => {
    const simulated = await aFleet("*", { faults: [...faults] });

    const probe = await explain(simulated);

    expect(probe).toMatchObject({ code: "nsg", deniedBy: "lockdown of NSG nsg-apps" });
    expect(await asked(simulated)).toContain("nsg.get");
  });

  it.each([
    ["nobody knows where the probe comes from", { source: null }],
    ["the known source is not that of a private address", { source: "203.0.113.5" }],
    ["it is not confirmed yet", { confirmed: false }],
  ])("is not brought before Network Watcher where %s", async (_what, how) => {
    const simulated = await aFleet("*");

    expect(await explain(simulated, how)).toMatchObject({ kind: "unknown", code: "nsg" });
    expect(await asked(simulated)).toEqual(["nsg.get"]);
  });
});

describe("Azure's own verdict", () => {
  const flow = { from: JUMP_HOST, to: "10.40.2.7", port: 3389 };

  it("is not waited for longer than it is worth", async () => {
    const simulated = await aFleet("*", {
      faults: [{ kind: "stuck", operation: "networkWatcher.verifyIpFlow" }],
    });
    const { vm, nics } = await simulated.facts("vm-till");
    const [nic] = nics;
    if (nic === undefined) {
      throw new Error("vm-till has no NIC.");
    }

    expect(await verifyIpFlow(simulated.azure, { ...flow, vm, nic }, 0.5)).toBeNull();
  });

  it("is that of the region's watcher, however its name is written; without one there is none", async () => {
    const simulated = await aFleet("*");
    const { vm, nics } = await simulated.facts("vm-till");
    const [nic] = nics;
    if (nic === undefined) {
      throw new Error("vm-till has no NIC.");
    }
    const here = { ...flow, nic, vm: { id: vm.id, location: "West Europe" } };
    const elsewhere = { ...here, vm: { id: vm.id, location: "eastus" } };

    expect(await verifyIpFlow(simulated.azure, here)).toEqual({
      access: "Deny",
      rule: "securityRules/lockdown",
    });
    expect(await verifyIpFlow(simulated.azure, elsewhere)).toBeNull();
  });
});
