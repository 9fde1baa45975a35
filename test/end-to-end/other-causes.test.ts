import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { Fleet } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario, type VmInput } from "./scenarios.ts";

/** Where the simulator's proxy stands in the virtual network: Network Watcher is asked about probes from there. */
const SOURCE = { REMEDIATOR_PROBE_SOURCE: "10.255.255.250" };
/** A busy machine may answer late; a VM that nothing reaches takes this long to be silent. */
const PATIENT = { REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1" };
const LOOK = "runCommand.post look-further";
const READ = "runCommand.post read-guest";
const SWITCH = "runCommand.post switch-to-dhcp";
const NO_RDP: NonNullable<ScenarioInput["securityGroups"]>[number] = {
  name: "nsg-denied",
  rules: [{ name: "no-rdp", priority: 100, access: "Deny", ports: ["3389"] }],
};

interface Cause {
  readonly vm: VmInput;
  readonly says: string;
  readonly next: string;
}

/** VMs whose address is right, with what keeps RDP silent inside Windows. */
const CAUSES: readonly Cause[] = [
  {
    vm: inside("vm-disabled", 20, {
      rdp: { service: { state: "stopped", startMode: "disabled" } },
    }),
    says: "The service TermService is disabled.",
    next: "sc config TermService start= demand",
  },
  {
    vm: inside("vm-off", 21, { rdp: { denied: "setting" } }),
    says: "Remote Desktop is switched off in Windows",
    next: "/v fDenyTSConnections",
  },
  {
    vm: inside("vm-policy", 22, { rdp: { denied: "policy" } }),
    says: "A policy switches Remote Desktop off",
    next: "Allow users to connect remotely",
  },
  {
    vm: inside("vm-port", 23, { rdp: { port: 33_890 } }),
    says: "Windows takes Remote Desktop on port 33890",
    next: "REMEDIATOR_PROBE_PORT=33890",
  },
  {
    vm: inside("vm-deaf", 24, { rdpListening: false }),
    says: "nothing listens on its port 3389",
    next: "net stop TermService /y",
  },
  {
    vm: inside("vm-walled", 25, { firewall: { rules: [] } }),
    says: "has no rule that lets port 3389 in",
    next: "Enable-NetFirewallRule",
  },
];

const BESIDE: readonly VmInput[] = [
  aHealthyVm("vm-well", 10),
  { ...aBrokenVm("vm-both", 30), guest: { firewall: { rules: [] } } },
  denied(aHealthyVm("vm-ruled-right", 31)),
  denied(aBrokenVm("vm-ruled-mute", 32, { agentSurvivesWrongAddress: false })),
  denied(aBrokenVm("vm-ruled-wrong", 33)),
];

describe.concurrent("what else keeps RDP silent", () => {
  let fleet: Fleet;
  let unwatched: Fleet;

  beforeAll(async () => {
    const scenario = aScenario([...CAUSES.map(({ vm }) => vm), ...BESIDE], {
      securityGroups: [NO_RDP],
    });
    fleet = await alerting(scenario);
    unwatched = await alerting({
      ...scenario,
      role: { actions: ["*"], notActions: ["Microsoft.Network/networkWatchers/*"] },
    });
  }, 60_000);

  afterAll(async () => {
    await fleet.close();
    await unwatched.close();
  });

  it.each(CAUSES)(
    "is named with its next command, and nothing is changed: $vm.name",
    async ({ vm, says, next }) => {
      const { outcome } = await alerted(fleet, vm.name);

      expect(outcome).toMatchObject({ kind: "needsHuman", code: "rdp-silent-address-right" });
      expect(outcome?.message).toContain(says);
      expect(outcome?.message).toContain("Azure's Resource Health says Available since");
      expect(outcome?.nextStep).toContain(next);
      expect(await scriptsOf(fleet, vm.name)).toEqual([READ, LOOK]);
      expect(await changesOf(fleet, vm.name)).toEqual([]);
    },
  );

  it("is named after a heal too, which stays", async () => {
    const { outcome } = await alerted(fleet, "vm-both");

    expect(outcome).toMatchObject({ kind: "needsHuman", code: "rdp-silent-address-right" });
    expect(outcome?.message).toContain("has no rule that lets port 3389 in");
    expect(outcome?.nextStep).toContain("Enable-NetFirewallRule");
    expect(await scriptsOf(fleet, "vm-both")).toEqual([READ, SWITCH, LOOK]);
    expect(await changesOf(fleet, "vm-both")).toContain("dhcpSwitched");
  });

  it("is Azure's own rule where Windows is right: refused, with the rule's name", async () => {
    const { outcome } = await alerted(fleet, "vm-ruled-right");

    expect(outcome).toMatchObject({ kind: "refused", code: "nsg" });
    expect(outcome?.message).toContain(
      "Rule securityRules/no-rdp denies the probe from 10.255.255.250, says Network Watcher",
    );
    expect(await scriptsOf(fleet, "vm-ruled-right")).toEqual([READ]);
    expect(await verdictsOn(fleet, "vm-ruled-right")).toBe(1);
  });

  it("is that rule too where Windows cannot be read", async () => {
    const { outcome } = await alerted(fleet, "vm-ruled-mute");

    expect(outcome).toMatchObject({ kind: "refused", code: "nsg" });
    expect(await changesOf(fleet, "vm-ruled-mute")).toEqual([]);
  });

  it("keeps nothing from the heal of a wrong address that Windows shows", async () => {
    const { outcome } = await alerted(fleet, "vm-ruled-wrong");

    expect(outcome?.kind).toBe("healed");
    expect(outcome?.remarks.join("\n")).toContain("RDP was not proven from here: Rule security");
  });

  it("is read from the NSG itself where Network Watcher may not be asked", async () => {
    const { outcome } = await alerted(unwatched, "vm-ruled-right");

    expect(outcome).toMatchObject({ kind: "refused", code: "nsg" });
    expect(outcome?.message).toContain("Rule no-rdp of NSG nsg-denied denies the probe");
  });
});

function inside(name: string, n: number, guest: NonNullable<VmInput["guest"]>): VmInput {
  return { ...aHealthyVm(name, n), guest };
}

function denied(vm: VmInput): VmInput {
  return { ...vm, nics: vm.nics.map((nic) => ({ ...nic, securityGroup: "nsg-denied" })) };
}

async function alerting(scenario: ScenarioInput): Promise<Fleet> {
  const fleet = await Fleet.start(scenario, { ...PATIENT, ...SOURCE });
  await fleet.admin("/subscriptions", { kind: "alerts", url: `${fleet.url}/api/alerts` });
  return fleet;
}

async function alerted(fleet: Fleet, vm: string): ReturnType<Fleet["outcomeOf"]> {
  await fleet.admin("/alerts", { vm });
  return await fleet.outcomeOf(vm);
}

/** Scripts that a VM was sent. */
async function scriptsOf(fleet: Fleet, vm: string): Promise<readonly string[]> {
  const { requests } = await fleet.log(vm);
  return requests
    .filter(({ operation }) => operation === "runCommand.post")
    .map(({ operation, script }) => [operation, script ?? ""].join(" ").trim());
}

/** How often Azure was asked whether its rules let a probe of the VM in. */
async function verdictsOn(fleet: Fleet, vm: string): Promise<number> {
  const { requests } = await fleet.log(vm);
  return requests.filter(({ operation }) => operation === "networkWatcher.verifyIpFlow").length;
}

async function changesOf(fleet: Fleet, vm: string): Promise<readonly string[]> {
  const { effects } = await fleet.log(vm);
  return effects.map(({ kind }) => kind).filter((kind) => !kind.startsWith("snapshot"));
}
