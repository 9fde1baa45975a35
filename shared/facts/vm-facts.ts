import type { InstanceViewStatus, VirtualMachine } from "@azure/arm-compute";

import type { OsDiskFacts, PowerState, VmFacts } from "../domain/facts.ts";

const POWER_STATES: ReadonlySet<string> = new Set<PowerState>([
  "running",
  "starting",
  "stopping",
  "stopped",
  "deallocating",
  "deallocated",
]);

/** Translates a VM that was read with its instance view. */
export function vmFactsOf(vmId: string, vm: VirtualMachine): VmFacts {
  const agent = vm.instanceView?.vmAgent?.statuses ?? [];
  return {
    id: vm.id ?? vmId,
    name: vm.name ?? vmId.slice(vmId.lastIndexOf("/") + 1),
    location: vm.location,
    osType: osTypeOf(vm),
    powerState: powerStateOf(vm.instanceView?.statuses ?? []),
    agentReady: agent.some(isReady),
    agentReportedAt: newestOf(agent.filter(isReady)),
    osDisk: osDiskOf(vm),
    tags: vm.tags ?? {},
    inScaleSet: vm.virtualMachineScaleSet?.id !== undefined,
    bootDiagnostics: hasBootDiagnostics(vm),
    ...timesOf(vm),
  };
}

function timesOf(vm: VirtualMachine): Pick<VmFacts, "createdAt" | "provisionedAt"> {
  const statuses = vm.instanceView?.statuses ?? [];
  return {
    createdAt: newestOf(vm.timeCreated === undefined ? [] : [{ time: vm.timeCreated }]),
    provisionedAt: newestOf(statuses.filter(isProvisioning)),
  };
}

/** The NICs that a VM names, primary first; without a mark the first one is primary. */
export function nicReferencesOf(vm: VirtualMachine): readonly { id: string; primary: boolean }[] {
  const references = (vm.networkProfile?.networkInterfaces ?? []).flatMap(({ id, primary }) =>
    id === undefined ? [] : [{ id, primary: primary === true }],
  );
  const marked = references.find(({ primary }) => primary) ?? references[0];
  return [
    ...references.filter((reference) => reference === marked),
    ...references.filter((reference) => reference !== marked),
  ].map(({ id }, index) => ({ id, primary: index === 0 }));
}

function hasBootDiagnostics(vm: VirtualMachine): boolean {
  return vm.diagnosticsProfile?.bootDiagnostics?.enabled === true;
}

function osTypeOf(vm: VirtualMachine): VmFacts["osType"] {
  const type = vm.storageProfile?.osDisk?.osType;
  return type === "Windows" || type === "Linux" ? type : "unknown";
}

function powerStateOf(statuses: readonly InstanceViewStatus[]): PowerState {
  for (const { code } of statuses) {
    const state = /^powerstate\/(?<state>.+)$/iu.exec(code ?? "")?.groups?.["state"]?.toLowerCase();
    if (state !== undefined) {
      return isPowerState(state) ? state : "unknown";
    }
  }
  return "unknown";
}

function isPowerState(text: string): text is PowerState {
  return POWER_STATES.has(text);
}

/** Its time is that of Azure's last operation on the VM; whether of every one of them is unconfirmed. */
function isProvisioning({ code }: InstanceViewStatus): boolean {
  return code?.toLowerCase().startsWith("provisioningstate/") === true;
}

/** The agent's status reads `ProvisioningState/succeeded`, shown as `Ready`. */
function isReady({ code, displayStatus }: InstanceViewStatus): boolean {
  return code?.toLowerCase() === "provisioningstate/succeeded" || displayStatus === "Ready";
}

/** While the agent is not ready Azure gives the time of the question instead, so such a status is left out before. */
function newestOf(statuses: readonly InstanceViewStatus[]): string | null {
  const times = statuses.flatMap(({ time }) => (time === undefined ? [] : [time.getTime()]));
  const valid = times.filter((time) => !Number.isNaN(time));
  return valid.length === 0 ? null : new Date(Math.max(...valid)).toISOString();
}

function osDiskOf(vm: VirtualMachine): OsDiskFacts {
  const disk = vm.storageProfile?.osDisk;
  if (disk?.diffDiskSettings?.option !== undefined) {
    return { kind: "ephemeral" };
  }
  const id = disk?.managedDisk?.id;
  return id === undefined ? { kind: "unmanaged" } : { kind: "managed", id };
}
