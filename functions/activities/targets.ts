import { AzureRequestError } from "../../shared/domain/errors.ts";
import { requireResourceId, VM_TYPE } from "../../shared/domain/resource-id.ts";
import type { IgnoredReason, VmName } from "../../shared/domain/signal.ts";
import { vmOfNic } from "../../shared/facts/azure-facts.ts";
import type { Inventory } from "../../shared/facts/inventory.ts";
import { findOwners, type Owner } from "../../shared/facts/owners.ts";
import type { Services } from "../services.ts";
import type { ActivityCatalogue } from "./catalogue.ts";
import type { TargetOwner } from "./catalogue/signals.ts";

/** Codes of Azure's refusals that say something of the NIC, and not of this program's sign-in. */
const FINAL_REFUSALS: ReadonlySet<string> = new Set(["forbidden", "rejected"]);

/** Longest list of VMs or subscriptions in a message. */
const MOST_NAMED = 5;

/** The VM of a target that is none. Reads only. */
export async function findVm(
  { target }: ActivityCatalogue["findVm"]["input"],
  services: Services,
): Promise<TargetOwner> {
  return target.kind === "nic"
    ? await findVmOfNic(target.nicId, services)
    : await findVmByName(target, services);
}

async function findVmOfNic(nicId: string, { azure }: Services): Promise<TargetOwner> {
  try {
    const vmId = await vmOfNic(await azure(), nicId);
    return vmId === null
      ? none("no-vm", "The NIC is attached to no VM, or is gone.")
      : { kind: "found", vmId, nicId: null };
  } catch (error) {
    // What stays refused would else leave the signal pending, and the sweep asking each minute, for ever.
    if (error instanceof AzureRequestError && FINAL_REFUSALS.has(error.code)) {
      return none("nic-unreadable", `${error.message} ${error.nextStep}`);
    }
    throw error;
  }
}

async function findVmByName(
  name: VmName,
  { inventory: inventoryOf }: Services,
): Promise<TargetOwner> {
  const { owners, inventory } = await findOwners(inventoryOf, name);
  const [owner] = owners;
  if (owner === undefined) {
    return none("no-match", noMatch(name, inventory));
  }
  return owners.length === 1
    ? { kind: "found", vmId: owner.vmId, nicId: owner.nicId }
    : none("ambiguous-address", severalMatches(name, owners));
}

function none(reason: IgnoredReason, message: string): TargetOwner {
  return { kind: "none", reason, message };
}

function noMatch(name: VmName, { vms, unseen }: Inventory): string {
  const hidden =
    unseen.length === 0
      ? ""
      : ` It may not list those of ${listOf(unseen.map((subscription) => subscription.name))}.`;
  const seen = `None of the ${vms.length} VMs that this program sees has ${textOf(name)}.${hidden}`;
  return `${seen} If it is one of Azure's, grant this program's identity 'Reader' on its subscription.`;
}

function severalMatches(name: VmName, owners: readonly Owner[]): string {
  const found = `${owners.length} VMs have ${textOf(name)}: ${listOf(owners.map(shown))}.`;
  return `${found} Name the VM's resource id in the alert, in a dimension _ResourceId, or ask for the heal of one by its id.`;
}

function textOf(name: VmName): string {
  return name.kind === "address"
    ? `the address ${name.address}`
    : `the computer name ${name.computer}`;
}

function shown({ vmId, vmName }: Owner): string {
  const { resourceGroup, subscriptionId } = requireResourceId(vmId, VM_TYPE);
  return `${vmName} (${resourceGroup}, ${subscriptionId})`;
}

function listOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return [...names.slice(0, MOST_NAMED), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}
