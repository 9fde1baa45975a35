import type { ScenarioNic, ScenarioVm } from "./scenario-schema.ts";

/** Name of a NIC of a scenario's VM, its own or the usual one. */
export function nicNameOf(machine: ScenarioVm, card: ScenarioNic, index: number): string {
  const stem = machine.name.replace(/^vm-/iu, "");
  return card.name ?? `nic-${stem}${index === 0 ? "" : `-${index + 1}`}`;
}

/** Name of the OS disk of a scenario's VM. */
export function diskNameOf(machine: ScenarioVm): string {
  return `${machine.name}-os`;
}
