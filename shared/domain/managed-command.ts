/** Where a script is put that goes as a managed Run Command: a resource of the VM, beside its one Run Command. */
export interface ManagedSlot {
  readonly incidentId: string;
  /** The VM's. */
  readonly location: string;
  /** What the script is for; with the incident it gives the resource its name. */
  readonly purpose: ManagedPurpose;
  /** When this run asked, ISO 8601 UTC: the same one found again is taken up, an older one is deleted. */
  readonly askedAt: string;
  /** After it Azure ends the script, whole seconds. */
  readonly timeoutSeconds: number;
}

export type ManagedPurpose = "read" | "switch";

/** Name of an incident's managed Run Command: the same each time, so that a later try finds it. */
export function managedCommandName({
  incidentId,
  purpose,
}: Pick<ManagedSlot, "incidentId" | "purpose">): string {
  return `sir-${incidentId}-${purpose}`;
}
