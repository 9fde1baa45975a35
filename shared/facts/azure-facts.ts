import type { VirtualMachine } from "@azure/arm-compute";

import type { Azure } from "../azure/clients.ts";
import { unlessMissing } from "../azure/errors.ts";
import { parseSubnetId } from "../azure/subnet-id.ts";
import { AzureRequestError, DefectError } from "../domain/errors.ts";
import type { AzureFacts, NicFacts, PowerState, SubnetFacts, VmFacts } from "../domain/facts.ts";
import { NIC_TYPE, requireResourceId, VM_TYPE } from "../domain/resource-id.ts";
import { nicFactsOf, primarySubnetId, subnetFactsOf } from "./nic-facts.ts";
import { nicReferencesOf, vmFactsOf } from "./vm-facts.ts";

/** What reading the Azure facts gave. */
export type AzureFactsReading =
  | { readonly kind: "found"; readonly facts: AzureFacts }
  | { readonly kind: "not-found"; readonly message: string };

/** What reading a VM alone gave. */
export type VmReading =
  | { readonly kind: "found"; readonly vm: VmFacts }
  | { readonly kind: "not-found"; readonly message: string };

/** Whether a VM is up, for waiting until it has settled. */
export type VmState =
  | {
      readonly kind: "found";
      readonly powerState: PowerState;
      readonly agentReady: boolean;
      /** When the agent last reported, ISO 8601 UTC. */
      readonly agentReportedAt: string | null;
    }
  | { readonly kind: "not-found"; readonly message: string };

/**
 * Reads a VM with its instance view, then its NICs in parallel, primary first. `now` is ISO 8601 UTC.
 * @throws AzureRequestError if Azure does not tell.
 */
export async function readAzureFacts(
  azure: Azure,
  vmId: string,
  now: string,
): Promise<AzureFactsReading> {
  const vm = await readVm(azure, vmId);
  if (vm === null) {
    return notFound(vmId);
  }
  const nics = await Promise.all(
    nicReferencesOf(vm).map(async ({ id, primary }) => await readNic(azure, id, primary)),
  );
  return {
    kind: "found",
    facts: { readAt: now, vm: vmFactsOf(vmId, vm), nics, locks: null, platform: null },
  };
}

/**
 * Reads a VM with its instance view, and nothing else: one request.
 * @throws AzureRequestError if Azure does not tell.
 */
export async function readVmFacts(azure: Azure, vmId: string): Promise<VmReading> {
  const vm = await readVm(azure, vmId);
  return vm === null ? notFound(vmId) : { kind: "found", vm: vmFactsOf(vmId, vm) };
}

/**
 * Adds the subnet of each NIC's primary IP configuration, each subnet read once.
 * @throws AzureRequestError if Azure does not tell.
 */
export async function readSubnets(azure: Azure, facts: AzureFacts): Promise<AzureFacts> {
  const wanted = new Map<string, Promise<SubnetFacts | null>>();
  const nics = facts.nics.map(async (nic): Promise<NicFacts> => {
    const subnetId = primarySubnetId(nic);
    if (subnetId === null) {
      return nic;
    }
    const key = subnetId.toLowerCase();
    const reading = wanted.get(key) ?? readSubnet(azure, subnetId);
    wanted.set(key, reading);
    return { ...nic, subnet: await reading };
  });
  return { ...facts, nics: await Promise.all(nics) };
}

/**
 * The VM to which a NIC is attached, as Azure spells it; null if the NIC is gone or belongs to no VM.
 * @throws AzureRequestError if Azure does not tell.
 */
export async function vmOfNic(azure: Azure, nicId: string): Promise<string | null> {
  const nic = requireResourceId(nicId, NIC_TYPE);
  const client = await azure.network(nic.subscriptionId);
  const found = await unlessMissing(
    `read NIC ${nic.name}`,
    async () => await client.networkInterfaces.get(nic.resourceGroup, nic.name),
  );
  return found?.virtualMachine?.id ?? null;
}

/**
 * Reads whether a VM runs and when its agent last reported.
 * @throws AzureRequestError if Azure does not tell.
 */
export async function vmState(azure: Azure, vmId: string): Promise<VmState> {
  const read = await readVmFacts(azure, vmId);
  if (read.kind === "not-found") {
    return read;
  }
  const { powerState, agentReady, agentReportedAt } = read.vm;
  return { kind: "found", powerState, agentReady, agentReportedAt };
}

async function readVm(azure: Azure, vmId: string): Promise<VirtualMachine | null> {
  const vm = requireResourceId(vmId, VM_TYPE);
  const client = await azure.compute(vm.subscriptionId);
  return await unlessMissing(
    `read VM ${vm.name}`,
    async () =>
      await client.virtualMachines.get(vm.resourceGroup, vm.name, { expand: "instanceView" }),
  );
}

function notFound(vmId: string): { kind: "not-found"; message: string } {
  return { kind: "not-found", message: `Azure knows no VM ${vmId}.` };
}

async function readNic(azure: Azure, nicId: string, primary: boolean): Promise<NicFacts> {
  const nic = requireResourceId(nicId, NIC_TYPE);
  const client = await azure.network(nic.subscriptionId);
  const found = await unlessMissing(
    `read NIC ${nic.name}`,
    async () => await client.networkInterfaces.get(nic.resourceGroup, nic.name),
  );
  if (found === null) {
    throw vanished(`NIC ${nic.name}`);
  }
  return nicFactsOf(nicId, primary, found);
}

async function readSubnet(azure: Azure, subnetId: string): Promise<SubnetFacts> {
  const subnet = parseSubnetId(subnetId);
  if (subnet === null) {
    throw new DefectError(`Azure named a subnet that is none: ${subnetId}`, {
      code: "odd-subnet-id",
      nextStep: "Report this with the id.",
    });
  }
  const client = await azure.network(subnet.subscriptionId);
  const found = await unlessMissing(
    `read subnet ${subnet.name}`,
    async () => await client.subnets.get(subnet.resourceGroup, subnet.virtualNetwork, subnet.name),
  );
  if (found === null) {
    throw vanished(`subnet ${subnet.name}`);
  }
  return subnetFactsOf(subnetId, found);
}

/** Named a moment ago and missing now: the VM is being changed, and the next reading will be whole. */
function vanished(what: string): AzureRequestError {
  return new AzureRequestError(`Cannot read ${what} (404): it was named a moment ago.`, {
    code: "changed-meanwhile",
    nextStep: "Read the VM again.",
    status: 404,
    azureCode: null,
    retryable: true,
    retryAfterSeconds: null,
    requestId: null,
  });
}
