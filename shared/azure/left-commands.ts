import { AzureRequestError } from "../domain/errors.ts";
import type { ManagedPurpose } from "../domain/managed-command.ts";
import { requireResourceId, VM_TYPE } from "../domain/resource-id.ts";
import type { Azure } from "./clients.ts";
import { unlessMissing } from "./errors.ts";
import { deleteManagedCommand } from "./managed-run-command.ts";

/** What became of a managed Run Command that was left on a VM, or what would in a dry run. */
export interface CommandFinding {
  readonly vmId: string;
  /** Empty: they could not be listed. */
  readonly name: string;
  readonly incidentId: string | null;
  readonly what: "deleted" | "wouldDelete" | "foreign" | "failed";
  /** One sentence for people. */
  readonly why: string;
}

/** Whose commands may be deleted: those of incidents on record here that have ended. */
export interface CommandQuestion {
  readonly vmId: string;
  readonly endedIncidentIds: ReadonlySet<string>;
  /** Incidents on record here that go on. */
  readonly openIncidentIds: ReadonlySet<string>;
  readonly dryRun: boolean;
}

const CREATED_BY = "static-ip-remediator";

/**
 * Deletes the managed Run Commands that ended incidents left on a VM: a run deletes its own, unless it was lost. Trouble in
 * Azure is a finding, not an error; a VM that is gone has none.
 */
export async function cleanCommands(
  azure: Azure,
  question: CommandQuestion,
): Promise<readonly CommandFinding[]> {
  try {
    const findings: CommandFinding[] = [];
    for (const { name, incidentId } of await listOurs(azure, question.vmId)) {
      if (!question.openIncidentIds.has(incidentId)) {
        findings.push(await cleanOne(azure, question, { name, incidentId }));
      }
    }
    return findings;
  } catch (error) {
    if (error instanceof AzureRequestError) {
      const { vmId } = question;
      return [{ vmId, name: "", incidentId: null, what: "failed", why: error.message }];
    }
    throw error;
  }
}

interface Command {
  readonly name: string;
  readonly incidentId: string;
}

async function listOurs(azure: Azure, vmId: string): Promise<readonly Command[]> {
  const vm = requireResourceId(vmId, VM_TYPE);
  const client = await azure.compute(vm.subscriptionId);
  const tried = `list the managed Run Commands of VM ${vm.name}`;
  const listed = await unlessMissing(tried, async () => {
    const ours: Command[] = [];
    const all = client.virtualMachineRunCommands.listByVirtualMachine(vm.resourceGroup, vm.name);
    for await (const { name = "", tags } of all) {
      if (tags?.["createdBy"] === CREATED_BY) {
        ours.push({ name, incidentId: tags["incidentId"] ?? "" });
      }
    }
    return ours;
  });
  return listed ?? [];
}

async function cleanOne(
  azure: Azure,
  { vmId, endedIncidentIds, dryRun }: CommandQuestion,
  { name, incidentId }: Command,
): Promise<CommandFinding> {
  const purpose = purposeOf(name, incidentId);
  const shown = { vmId, name, incidentId };
  if (purpose === null || !endedIncidentIds.has(incidentId)) {
    return { ...shown, what: "foreign", why: "Its incident is not on record here." };
  }
  const why = "Its incident has ended.";
  if (dryRun) {
    return { ...shown, what: "wouldDelete", why };
  }
  try {
    await deleteManagedCommand(azure, vmId, { incidentId, purpose });
    return { ...shown, what: "deleted", why };
  } catch (error) {
    if (error instanceof AzureRequestError) {
      return { ...shown, what: "failed", why: `${error.message} ${error.nextStep}` };
    }
    throw error;
  }
}

function purposeOf(name: string, incidentId: string): ManagedPurpose | null {
  const purposes: readonly ManagedPurpose[] = ["read", "switch"];
  return purposes.find((purpose) => name === `sir-${incidentId}-${purpose}`) ?? null;
}
