import type { AzureFacts, Probe } from "../../../shared/domain/facts.ts";
import type { Hindrances } from "../../../shared/facts/hindrances.ts";
import type { ProbeAnswer } from "../../../shared/facts/probe.ts";

/** What Azure says of a VM, and the probe. */
export interface AzureActivities {
  readonly readVmState: {
    readonly input: { readonly vmId: string };
    readonly output: {
      readonly running: boolean;
      /** It runs, and its agent is ready. */
      readonly up: boolean;
      readonly agentReportedAt: string | null;
    };
  };
  readonly readAzureFacts: {
    readonly input: { readonly vmId: string };
    readonly output:
      | { readonly kind: "found"; readonly facts: AzureFacts }
      | { readonly kind: "not-found"; readonly message: string };
  };
  readonly readSubnets: {
    readonly input: { readonly facts: AzureFacts };
    readonly output: AzureFacts;
  };
  readonly readHindrances: {
    readonly input: { readonly facts: AzureFacts };
    readonly output: Hindrances;
  };
  readonly probe: {
    readonly input: { readonly facts: AzureFacts; readonly nicId: string | null };
    readonly output: ProbeAnswer;
  };
  readonly explainSilence: {
    readonly input: {
      readonly facts: AzureFacts;
      readonly nicId: string | null;
      readonly address: string | null;
    };
    readonly output: Probe;
  };
}
