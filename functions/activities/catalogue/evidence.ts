import type { AzureFacts } from "../../../shared/domain/facts.ts";

/** What is kept beside the record, and told to the person who goes on. */
export interface EvidenceActivities {
  readonly keepBootDiagnostics: {
    readonly input: { readonly facts: AzureFacts; readonly incidentId: string };
    readonly output: BootLook;
  };
  readonly readForHandOff: {
    readonly input: { readonly vmId: string };
    /** Nulls: Azure does not tell. */
    readonly output: { readonly facts: AzureFacts | null; readonly tenantId: string | null };
  };
}

/** What looking at a VM's boot diagnostics gave. */
export interface BootLook {
  /** Names of what is kept with the incident. */
  readonly kept: readonly string[];
  /** What is missing, and why. */
  readonly remarks: readonly string[];
}
