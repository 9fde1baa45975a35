import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { Fleet, type ShownIncident } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario, type VmInput } from "./scenarios.ts";

/** What lets a NIC be reset, with waits that suit a test. */
export const RESTARTS_ALLOWED = {
  REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1",
  REMEDIATOR_SETTLE_SECONDS: "3",
  REMEDIATOR_ALLOW: "restarts,restarts-pooled",
} as const;

/** A wrong static address that the guest switch cannot cure: Windows registers no dead-man task. */
export function aStubbornVm(name: string, n: number, more: Partial<VmInput> = {}): VmInput {
  return aBrokenVm(name, n, { guest: { taskRegistration: false }, ...more });
}

/** A VM on DHCP whose lease is not Azure's. */
export function aVmOnDhcp(
  name: string,
  n: number,
  lease: VmInput["nics"][number]["lease"],
): VmInput {
  const ipConfigurations = [{ address: `10.40.0.${n}` }];
  return {
    ...aHealthyVm(name, n),
    agentSurvivesWrongAddress: true,
    nics: [{ ipConfigurations, lease }],
  };
}

/** The same as a stubborn one, with a NIC that has everything which a careless writer loses. */
export function aFullVm(name: string, n: number): VmInput {
  const [nic] = aStubbornVm(name, n).nics;
  const full = {
    ...nic,
    tags: { owner: "till team" },
    securityGroup: "nsg-full",
    acceleratedNetworking: true,
    auxiliaryMode: "MaxConnections" as const,
    dnsServers: ["10.40.0.9"],
    ipConfigurations: [
      {
        address: `10.40.0.${n}`,
        publicAddress: `203.0.113.${n}`,
        applicationSecurityGroups: ["asg-web", "asg-ops"],
        loadBalancerPools: ["lb-front/pool-a"],
        natRules: ["lb-front/rdp-20"],
      },
    ],
  };
  return aStubbornVm(name, n, { nics: [full] });
}

/** A fleet of these VMs, and one that is well; resets are allowed, and alerts go to the host. */
export async function startResets(
  vms: readonly VmInput[],
  more: Partial<ScenarioInput> = {},
): Promise<Fleet> {
  const scenario = aScenario([...vms, aHealthyVm("vm-control", 250)], more);
  const fleet = await Fleet.start(scenario, RESTARTS_ALLOWED);
  await fleet.admin("/subscriptions", { kind: "alerts", url: `${fleet.url}/api/alerts` });
  return fleet;
}

/** An alert names the VM; gives what became of it. */
export async function alerted(fleet: Fleet, vm: string): Promise<ShownIncident> {
  await fleet.admin("/alerts", { vm });
  return await fleet.outcomeOf(vm, 90);
}

/** How often the VM has restarted. */
export async function restartsOf(fleet: Fleet, vm: string): Promise<number> {
  const { effects } = await fleet.log(vm);
  return effects.filter(({ kind }) => kind === "vmRestarted").length;
}
