import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";

/** A fleet on simulated Azure, and the VMs of it that a program is sent to. */
export interface Stage {
  readonly scenario: ScenarioInput;
  readonly vms: readonly { readonly name: string; readonly id: string }[];
  /** Whether whoever writes a NIC is killed once its first write has had its effect; ours is started again. */
  readonly killedAfterNicWrite?: boolean;
}

/** Id of a VM in the resource group that scenarios have by default. */
export function vmIdOf(subscriptionId: string, vm: string): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/rg-fleet/providers/Microsoft.Compute/virtualMachines/${vm}`;
}
