import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";

/** A VM of a scenario. */
export type VmInput = ScenarioInput["vms"][number];

/** A VM whose Windows has a wrong static address, and whose agent lives on; the n-th of its fleet. */
export function aBrokenVm(name: string, n: number, more: Partial<VmInput> = {}): VmInput {
  return {
    ...aHealthyVm(name, n),
    agentSurvivesWrongAddress: true,
    nics: [
      {
        ipConfigurations: [{ address: `10.40.0.${n}` }],
        adapter: { static: { addresses: [`10.40.1.${n}/23`], gateway: "10.40.0.1" } },
      },
    ],
    ...more,
  };
}

/** A VM on DHCP that answers; the n-th of its fleet. */
export function aHealthyVm(name: string, n: number): VmInput {
  return {
    name,
    tags: { "static-ip-remediator": "on" },
    nics: [{ ipConfigurations: [{ address: `10.40.0.${n}` }] }],
  };
}

/** A fleet of these VMs in one subnet. */
export function aScenario(
  vms: readonly VmInput[],
  more: Partial<ScenarioInput> = {},
): ScenarioInput {
  return {
    network: { subnets: [{ name: "fleet", prefixes: ["10.40.0.0/23"] }] },
    vms: [...vms],
    ...more,
  };
}
