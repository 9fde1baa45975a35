import { agentReady } from "../../network/fabric.ts";
import type { Simulation } from "../../simulation.ts";
import { restartVm, startVm, stopVm } from "../../world/power.ts";
import { nicsOf, resourceId } from "../../world/world.ts";
import type { VmState, World } from "../../world/world.ts";
import { openOperation, operationHeaders, succeed } from "../operations.ts";
import type { Reply } from "../reply.ts";

const VM_TYPE = "Microsoft.Compute/virtualMachines";

/** A VM as Resource Manager shows it; `expand`: with its instance view. */
export function renderVm(simulation: Simulation, vm: VmState, expand: boolean): unknown {
  const { world } = simulation;
  return {
    id: resourceId(world, VM_TYPE, vm.name),
    name: vm.name,
    type: VM_TYPE,
    location: world.location,
    tags: vm.tags,
    properties: {
      vmId: vm.vmId,
      provisioningState: "Succeeded",
      timeCreated: new Date(vm.createdAt).toISOString(),
      hardwareProfile: { vmSize: vm.size },
      storageProfile: storageProfile(world, vm),
      osProfile: { computerName: computerName(vm), adminUsername: "fleetadmin", secrets: [] },
      diagnosticsProfile: { bootDiagnostics: { enabled: vm.bootDiagnostics } },
      networkProfile: {
        networkInterfaces: nicsOf(world, vm).map((nic, index, all) =>
          renderNicReference(world, nic.name, all.length > 1 ? index === 0 : null),
        ),
      },
      ...(expand ? { instanceView: renderInstanceView(simulation, vm) } : {}),
    },
  };
}

/**
 * A VM in a list with `statusOnly=true`: its state, and next to nothing of its model, no tags and no NICs. Nothing
 * documents what is left out; this is what public samples of answers show.
 */
export function renderVmStatus(world: World, vm: VmState): unknown {
  return {
    id: resourceId(world, VM_TYPE, vm.name),
    name: vm.name,
    type: VM_TYPE,
    location: world.location,
    properties: {
      vmId: vm.vmId,
      hardwareProfile: {},
      provisioningState: "Succeeded",
      instanceView: { statuses: statusesOf(vm) },
    },
  };
}

/** What Azure sees of a running VM. */
export function renderInstanceView(simulation: Simulation, vm: VmState): unknown {
  const isOn = vm.power === "running" || vm.power === "starting";
  return {
    ...(isOn ? { computerName: computerName(vm), ...osVersion(vm) } : {}),
    ...(isOn && vm.agentInstalled ? { vmAgent: renderAgent(simulation, vm) } : {}),
    disks: [{ name: vm.osDisk.name, statuses: [provisioned(vm)] }],
    hyperVGeneration: "V2",
    statuses: statusesOf(vm),
  };
}

function statusesOf(vm: VmState): readonly unknown[] {
  return [
    provisioned(vm),
    { code: `PowerState/${vm.power}`, level: "Info", displayStatus: `VM ${vm.power}` },
  ];
}

/** Starts, restarts or deallocates a VM, as an operation. */
export function changePower(
  simulation: Simulation,
  vm: VmState,
  action: "start" | "restart" | "deallocate",
): Reply {
  const operation = openOperation(simulation, { provider: "Microsoft.Compute", vm: vm.name });
  function done(): void {
    succeed(simulation, operation.id);
  }
  switch (action) {
    case "start":
      startVm(simulation, vm, "request", done);
      break;
    case "restart":
      restartVm(simulation, vm, { by: "request", detail: "restart asked for", done });
      break;
    case "deallocate":
      stopVm(simulation, vm, "deallocated", { by: "request", done });
      break;
  }
  return { status: 202, headers: operationHeaders(simulation, operation) };
}

/** Azure leaves `primary` out where a VM has one NIC only. */
function renderNicReference(world: World, name: string, primary: boolean | null): unknown {
  const id = resourceId(world, "Microsoft.Network/networkInterfaces", name);
  return primary === null ? { id } : { id, properties: { primary } };
}

function computerName(vm: VmState): string {
  return vm.guest?.computerName ?? vm.name;
}

function osVersion(vm: VmState): Record<string, string> {
  return vm.os === "Windows"
    ? { osName: "Windows Server 2022 Datacenter Azure Edition", osVersion: "10.0.20348.2762" }
    : { osName: "ubuntu", osVersion: "24.04" };
}

function provisioned(vm: VmState): unknown {
  return {
    code: "ProvisioningState/succeeded",
    level: "Info",
    displayStatus: "Provisioning succeeded",
    time: new Date(vm.provisionedAt).toISOString(),
  };
}

function renderAgent(simulation: Simulation, vm: VmState): unknown {
  const now = simulation.now().getTime();
  if (!agentReady(simulation.world, vm, now) || vm.agentReportedAt === null) {
    return {
      vmAgentVersion: "Unknown",
      statuses: [
        {
          code: "ProvisioningState/Unavailable",
          level: "Warning",
          displayStatus: "Not Ready",
          message: "VM status blob is found but not yet populated.",
          // Azure gives the time of the question here, not that of a report.
          time: simulation.now().toISOString(),
        },
      ],
    };
  }
  return {
    vmAgentVersion: "2.7.41491.1172",
    extensionHandlers: [],
    statuses: [
      {
        code: "ProvisioningState/succeeded",
        level: "Info",
        displayStatus: "Ready",
        message: "GuestAgent is running and processing the extensions.",
        time: new Date(vm.agentReportedAt).toISOString(),
      },
    ],
  };
}

function storageProfile(world: World, vm: VmState): unknown {
  const shared = {
    osType: vm.os,
    name: vm.osDisk.name,
    createOption: "FromImage",
    caching: "ReadWrite",
    diskSizeGB: 127,
    deleteOption: "Detach",
  };
  const managedDisk = {
    id: resourceId(world, "Microsoft.Compute/disks", vm.osDisk.name),
    storageAccountType: "Premium_LRS",
  };
  switch (vm.osDisk.kind) {
    case "managed":
      return { osDisk: { ...shared, managedDisk }, dataDisks: [] };
    case "ephemeral":
      return {
        osDisk: { ...shared, managedDisk, diffDiskSettings: { option: "Local" } },
        dataDisks: [],
      };
    case "unmanaged":
      return {
        osDisk: {
          ...shared,
          vhd: { uri: `https://fleetdisks.blob.core.windows.net/vhds/${vm.osDisk.name}.vhd` },
        },
        dataDisks: [],
      };
  }
}
