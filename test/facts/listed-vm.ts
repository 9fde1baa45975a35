import type { InventoryNic, InventoryVm } from "../../shared/facts/inventory-vm.ts";

const SUBSCRIPTION = "/subscriptions/5b1c7a52-0f3e-4d0a-9d5c-2a6f1e8b9c01";
/** Resource group of every listed VM, up to its providers. */
export const GROUP = `${SUBSCRIPTION}/resourceGroups/rg-Harbour/providers`;

/** A primary NIC without addresses, as the inventory has it. */
export function aListedNic(name: string, parts: Partial<InventoryNic> = {}): InventoryNic {
  return {
    id: `${GROUP}/Microsoft.Network/networkInterfaces/${name}`,
    primary: true,
    subnetId: null,
    privateAddresses: [],
    publicAddresses: [],
    ...parts,
  };
}

/** A running Windows VM without NICs, as the inventory has it. */
export function aListedVm(name: string, parts: Partial<InventoryVm> = {}): InventoryVm {
  return {
    id: `${GROUP}/Microsoft.Compute/virtualMachines/${name}`,
    name,
    location: "northeurope",
    osType: "Windows",
    powerState: "running",
    tags: {},
    computerName: name.slice(0, 15).toUpperCase(),
    nics: [],
    ...parts,
  };
}
