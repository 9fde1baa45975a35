import { readTags } from "../../../shared/backup/snapshot-tags.ts";
import type { SimulatedVm, SimulatorStateView } from "../simulator/simulator-schema.ts";

/** What the demo does with a VM of the fleet. */
export type Part =
  /** Its alert arrives, and it is healed. */
  | "alerted"
  /** Its alert arrives too, but it answers. */
  | "healthy"
  /** It is static by right: it is diagnosed, and left alone. */
  | "staticByRight"
  /** Broken as well, but no alert of it arrives. */
  | "bystander";

/** IPv4 addresses which Windows has on Azure's network. */
export function windowsAddresses(vm: Pick<SimulatedVm, "guest">): readonly string[] {
  return azureAdapters(vm).flatMap(({ addresses }) => addresses.map(({ ip }) => ip));
}

/** Whether Windows takes all its addresses on Azure's network from DHCP. */
export function usesDhcp(vm: Pick<SimulatedVm, "guest">): boolean {
  return azureAdapters(vm).every(({ dhcp }) => dhcp);
}

function azureAdapters({ guest }: Pick<SimulatedVm, "guest">) {
  return (guest?.adapters ?? []).filter(({ service }) => service === "netvsc");
}

/** Whether Windows has exactly the addresses that Azure gave the VM. */
export function addressesAgree(vm: Pick<SimulatedVm, "guest" | "azureAddresses">): boolean {
  const windows = windowsAddresses(vm).toSorted();
  const azure = vm.azureAddresses.toSorted();
  return windows.length === azure.length && windows.every((ip, index) => ip === azure[index]);
}

/** The VM whose alert arrives: the one that the scenario names, else the first that is cut off by its address, else the first. */
export function alertedVm(
  vms: readonly SimulatedVm[],
  named: string | undefined,
): SimulatedVm | undefined {
  const byName = vms.find(({ name }) => name.toLowerCase() === named?.toLowerCase());
  return byName ?? vms.find((vm) => vm.guest !== null && !addressesAgree(vm)) ?? vms[0];
}

/** The part that a VM plays beside the alerted one. */
export function partOf(vm: SimulatedVm, alerted: string): Part {
  if (vm.name === alerted) {
    return "alerted";
  }
  if (!addressesAgree(vm) || vm.rdp.kind !== "open") {
    return "bystander";
  }
  return usesDhcp(vm) ? "healthy" : "staticByRight";
}

/** A snapshot of a VM's OS disk in simulated Azure. */
export interface SnapshotFinding {
  readonly name: string;
  readonly expiresAt: string | null;
  readonly complete: boolean;
}

/** The snapshots that carry this program's tags. */
export function ourSnapshots(
  snapshots: SimulatorStateView["snapshots"],
): readonly SnapshotFinding[] {
  return snapshots
    .filter(({ tags }) => readTags(tags).incidentId !== null)
    .map(({ name, tags, properties }) => ({
      name,
      expiresAt: readTags(tags).expiresAt,
      complete: properties.provisioningState === "Succeeded",
    }));
}

/** What RDP says, in words. */
export function rdpText(vm: Pick<SimulatedVm, "rdp">): string {
  if (vm.rdp.kind === "open") {
    return "answers";
  }
  const why = vm.rdp.why === undefined ? "" : ` (${vm.rdp.why})`;
  return `${vm.rdp.kind}${why}`;
}
