import { resourceId } from "../../world/world.ts";
import type { DiskState, World } from "../../world/world.ts";

const DISK_TYPE = "Microsoft.Compute/disks";

/** A managed disk as Resource Manager shows it; null if there is none of that name. */
export function renderDisk(world: World, name: string): unknown {
  const disk = world.disks.get(name.toLowerCase());
  if (disk === undefined) {
    return null;
  }
  return {
    id: resourceId(world, DISK_TYPE, disk.name),
    name: disk.name,
    type: DISK_TYPE,
    location: world.location,
    sku: { name: "Premium_LRS", tier: "Premium" },
    ...(disk.vm === null
      ? {}
      : { managedBy: resourceId(world, "Microsoft.Compute/virtualMachines", disk.vm) }),
    properties: {
      osType: "Windows",
      hyperVGeneration: "V2",
      creationData: { createOption: "FromImage" },
      diskSizeGB: 127,
      diskState: disk.vm === null ? "Unattached" : "Attached",
      provisioningState: "Succeeded",
      timeCreated: disk.createdAt,
      uniqueId: disk.uniqueId,
      encryption: encryptionOf(world, disk),
      networkAccessPolicy: "AllowAll",
      publicNetworkAccess: "Enabled",
    },
  };
}

/** Source: "Server-side encryption of Azure Disk Storage". */
function encryptionOf(world: World, { encryptionSet }: DiskState): unknown {
  return encryptionSet === null
    ? { type: "EncryptionAtRestWithPlatformKey" }
    : {
        type: "EncryptionAtRestWithCustomerKey",
        diskEncryptionSetId: resourceId(
          world,
          "Microsoft.Compute/diskEncryptionSets",
          encryptionSet,
        ),
      };
}
