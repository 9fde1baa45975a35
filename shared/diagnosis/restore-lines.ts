import type { VmFacts } from "../domain/facts.ts";
import type { BackupRecord } from "../domain/incident.ts";
import { parseResourceId } from "../domain/resource-id.ts";

/**
 * Commands that swap a VM's OS disk for one made from the snapshot; the disk of now stays. The VM is down meanwhile. Source:
 * "Change the OS disk used by an Azure VM using the CLI".
 */
export function restoreLines(vm: VmFacts, backup: BackupRecord | null): readonly string[] {
  const snapshot = parseResourceId(backup?.snapshotId ?? "");
  if (backup === null || snapshot === null || backup.state === "deleted") {
    return [];
  }
  const { subscriptionId, resourceGroup } = snapshot;
  const disk = `${backup.snapshotName}-os`;
  const diskId = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/disks/${disk}`;
  const old = vm.osDisk.kind === "managed" ? vm.osDisk.id : "ID-OF-THE-OS-DISK";
  return [
    `az snapshot show --ids "${backup.snapshotId}" --query provisioningState`,
    `az disk show --ids "${old}" --query "{sku:sku.name, zones:zones}"`,
    `az disk create --subscription "${subscriptionId}" --resource-group "${resourceGroup}" --name "${disk}" --source "${backup.snapshotId}"`,
    `az vm deallocate --ids "${vm.id}"`,
    `az vm update --ids "${vm.id}" --os-disk "${diskId}"`,
    `az vm start --ids "${vm.id}"`,
  ];
}
