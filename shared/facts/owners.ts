import type { VmName } from "../domain/signal.ts";
import type { InventoryVm } from "./inventory-vm.ts";
import type { Inventory } from "./inventory.ts";
import type { InventoryReader } from "./keep-inventory.ts";

/** A VM that has what was asked for. */
export interface Owner {
  readonly vmId: string;
  readonly vmName: string;
  /** The NIC that has the address; null where a name was asked for. */
  readonly nicId: string | null;
}

/** Seconds for which an inventory tells who has an address. */
const MAX_AGE_SECONDS = 300;

/** The same where it does not name exactly one VM: a new VM is found after that time. */
const MAX_AGE_WHEN_UNSURE_SECONDS = 60;

/** Letters of a NetBIOS name: Windows cuts longer names. Source: Microsoft, naming conventions for computers. */
const NETBIOS_LENGTH = 15;

/**
 * The VMs that have an address or a computer name, with the inventory that says so. An older inventory is asked first,
 * and read anew only if it does not name exactly one VM.
 * @throws AzureRequestError if Azure does not tell.
 */
export async function findOwners(
  inventoryOf: InventoryReader,
  name: VmName,
): Promise<{ readonly owners: readonly Owner[]; readonly inventory: Inventory }> {
  const known = await inventoryOf(MAX_AGE_SECONDS);
  const owners = ownersOf(known, name);
  if (owners.length === 1) {
    return { owners, inventory: known };
  }
  const inventory = await inventoryOf(MAX_AGE_WHEN_UNSURE_SECONDS);
  return { owners: ownersOf(inventory, name), inventory };
}

/** The VMs of an inventory that have an address, private or public, or a computer name; each VM once. */
export function ownersOf({ vms }: Pick<Inventory, "vms">, name: VmName): readonly Owner[] {
  return name.kind === "address" ? ofAddress(vms, name.address) : ofComputer(vms, name.computer);
}

function ofAddress(vms: readonly InventoryVm[], address: string): readonly Owner[] {
  return vms.flatMap((vm) => {
    const nic = vm.nics.find(({ privateAddresses, publicAddresses }) =>
      [...privateAddresses, ...publicAddresses].includes(address),
    );
    return nic === undefined ? [] : [ownerOf(vm, nic.id)];
  });
}

/** The name that Windows was given counts before the VM's own, and a whole name before one that was cut. */
function ofComputer(vms: readonly InventoryVm[], computer: string): readonly Owner[] {
  const asked = computer.toLowerCase();
  const matches: readonly ((vm: InventoryVm) => boolean)[] = [
    (vm) => isSame(vm.computerName, asked),
    (vm) => isSameCut(vm.computerName, asked),
    (vm) => isSame(vm.name, asked),
    (vm) => isSameCut(vm.name, asked),
  ];
  for (const match of matches) {
    const found = vms.filter(match);
    if (found.length > 0) {
      return found.map((vm) => ownerOf(vm, null));
    }
  }
  return [];
}

function isSame(name: string | null, asked: string): boolean {
  return name !== null && [asked, firstLabel(asked)].includes(name.toLowerCase());
}

function isSameCut(name: string | null, asked: string): boolean {
  if (name === null) {
    return false;
  }
  const whole = name.toLowerCase();
  const label = firstLabel(asked);
  return cut(whole) === label || whole === cut(label);
}

function firstLabel(name: string): string {
  return name.split(".")[0] ?? name;
}

function cut(name: string): string {
  return name.slice(0, NETBIOS_LENGTH);
}

function ownerOf(vm: InventoryVm, nicId: string | null): Owner {
  return { vmId: vm.id.toLowerCase(), vmName: vm.name, nicId: nicId?.toLowerCase() ?? null };
}
