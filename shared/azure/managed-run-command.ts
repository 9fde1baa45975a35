import type { ComputeManagementClient, VirtualMachineRunCommand } from "@azure/arm-compute";
import { z } from "zod";

import { AzureRequestError } from "../domain/errors.ts";
import { managedCommandName, type ManagedSlot } from "../domain/managed-command.ts";
import { requireResourceId, VM_TYPE, type ResourceId } from "../domain/resource-id.ts";
import type { Azure } from "./clients.ts";
import { inWords, unlessMissing, withoutSecrets } from "./errors.ts";
import { startOperation } from "./operations.ts";
import { obstacleOf, type RunCommandPoll, type RunCommandStart } from "./run-command.ts";

/** Value of the tag `createdBy` on everything this program makes. */
const CREATED_BY = "static-ip-remediator";

/** Begin of the handle of a managed Run Command; its name follows. */
const HANDLE = "managed:";

const viewSchema = z.object({
  provisioningState: z.string().default(""),
  instanceView: z
    .object({
      executionState: z.string().default("Unknown"),
      executionMessage: z.string().default(""),
      output: z.string().default(""),
      error: z.string().default(""),
    })
    .prefault({}),
});

type View = z.output<typeof viewSchema>;

/** One VM's managed Run Commands. */
interface Place {
  readonly client: ComputeManagementClient;
  readonly vm: ResourceId;
  readonly name: string;
}

/** Whether a handle of a started script is that of a managed Run Command. */
export function isManaged(operation: string): boolean {
  return operation.startsWith(HANDLE);
}

/**
 * Asks a VM to run a script as a managed Run Command, a resource of its own: it needs the agent too, but not the one slot.
 * Run twice it finds its own resource, and takes it up; one that an earlier try left is deleted, and counts as `busy`.
 * @throws AzureRequestError for transient trouble only, `retryable`.
 */
export async function startManagedCommand(
  azure: Azure,
  vmId: string,
  script: readonly string[],
  slot: ManagedSlot,
): Promise<RunCommandStart> {
  const place = await placeOf(azure, vmId, managedCommandName(slot));
  try {
    const found = await read(place, false);
    return found === null ? await make(place, script, slot) : await takeUp(place, found, slot);
  } catch (error) {
    if (error instanceof AzureRequestError && !error.retryable) {
      return obstacleOf(error);
    }
    throw error;
  }
}

/**
 * Looks once at a managed Run Command. The script's own end is in its instance view; the provisioning only says whether it
 * was handed over.
 * @throws AzureRequestError if the look itself failed.
 */
export async function pollManagedCommand(
  azure: Azure,
  vmId: string,
  operation: string,
): Promise<RunCommandPoll> {
  const place = await placeOf(azure, vmId, operation.slice(HANDLE.length));
  const found = await read(place, true);
  if (found === null) {
    return failed("run-command-failed", `The managed Run Command ${place.name} is gone.`);
  }
  return standOf(viewSchema.parse(found));
}

function standOf({ provisioningState, instanceView }: View): RunCommandPoll {
  const { executionState, executionMessage, output, error } = instanceView;
  const reason = withoutSecrets(executionMessage);
  switch (executionState) {
    case "Succeeded":
      return { kind: "finished", stdout: output, stderr: error };
    case "Failed":
      // A script may fail after its last line; what it printed says how.
      return output === ""
        ? failed("run-command-failed", `The managed Run Command failed: ${reason}`)
        : { kind: "finished", stdout: output, stderr: error };
    case "TimedOut":
    case "Canceled":
      return failed("run-command-timeout", `The managed Run Command was ended: ${reason}`);
    default:
      return provisioningState === "Failed"
        ? failed("run-command-failed", `Azure could not hand the script over: ${reason}`)
        : { kind: "running", retryAfterSeconds: null };
  }
}

/**
 * Deletes an incident's managed Run Command, which ends its script if that still runs. Run twice it finds nothing; one
 * whose tags name another owner is left alone.
 * @throws AzureRequestError if Azure does not let it.
 */
export async function deleteManagedCommand(
  azure: Azure,
  vmId: string,
  slot: Pick<ManagedSlot, "incidentId" | "purpose">,
): Promise<"done" | "absent" | "not-ours"> {
  const place = await placeOf(azure, vmId, managedCommandName(slot));
  const found = await read(place, false);
  if (found === null) {
    return "absent";
  }
  if (!isOurs(found, slot.incidentId)) {
    return "not-ours";
  }
  await remove(place);
  return "done";
}

async function placeOf(azure: Azure, vmId: string, name: string): Promise<Place> {
  const vm = requireResourceId(vmId, VM_TYPE);
  return { client: await azure.compute(vm.subscriptionId), vm, name };
}

async function read(
  { client, vm, name }: Place,
  withView: boolean,
): Promise<VirtualMachineRunCommand | null> {
  return await unlessMissing(
    `read the managed Run Command ${name}`,
    async () =>
      await client.virtualMachineRunCommands.getByVirtualMachine(
        vm.resourceGroup,
        vm.name,
        name,
        withView ? { expand: "instanceView" } : {},
      ),
  );
}

async function make(
  { client, vm, name }: Place,
  script: readonly string[],
  { incidentId, location, askedAt, timeoutSeconds }: ManagedSlot,
): Promise<RunCommandStart> {
  const tags = { createdBy: CREATED_BY, incidentId, askedAt };
  const started = await startOperation(`make a managed Run Command on VM ${vm.name}`, () => ({
    poller: client.virtualMachineRunCommands.createOrUpdate(vm.resourceGroup, vm.name, name, {
      location,
      tags,
      asyncExecution: true,
      timeoutInSeconds: timeoutSeconds,
      source: { script: script.join("\n") },
    }),
  }));
  // How it stands is read from the resource itself; its operation ends as soon as the script begins.
  return {
    kind: "started",
    operation: HANDLE + name,
    retryAfterSeconds: started.retryAfterSeconds,
  };
}

async function takeUp(
  place: Place,
  found: VirtualMachineRunCommand,
  { incidentId, askedAt }: ManagedSlot,
): Promise<RunCommandStart> {
  if (!isOurs(found, incidentId)) {
    return {
      kind: "refused",
      code: "name-taken",
      message: `A managed Run Command ${place.name} is there that this program did not make.`,
      nextStep: "Find out whose it is.",
    };
  }
  if (found.tags?.["askedAt"] === askedAt) {
    return { kind: "started", operation: HANDLE + place.name, retryAfterSeconds: null };
  }
  await remove(place);
  return { kind: "busy", message: `An older managed Run Command ${place.name} is being deleted.` };
}

function isOurs({ tags }: VirtualMachineRunCommand, incidentId: string): boolean {
  return tags?.["createdBy"] === CREATED_BY && tags["incidentId"] === incidentId;
}

async function remove({ client, vm, name }: Place): Promise<void> {
  const tried = `delete the managed Run Command ${name}`;
  await inWords(tried, async () => {
    await startOperation(tried, () => ({
      poller: client.virtualMachineRunCommands.delete(vm.resourceGroup, vm.name, name),
    }));
  });
}

function failed(code: string, message: string): RunCommandPoll {
  return { kind: "failed", code, message };
}
