import type { AzureFacts, NicFacts } from "../../../shared/domain/facts.ts";
import type { ResetImpact } from "../../../shared/domain/reset-impact.ts";
import type { RestartFacts, RestartSlot } from "../../../shared/domain/restart.ts";

/** Whether a VM may be restarted, and what that costs. */
export interface RestartActivities {
  readonly readRestartFacts: {
    readonly input: {
      readonly facts: AzureFacts;
      readonly nicId: string;
      /** The run's first unanswered probe, ISO 8601 UTC. */
      readonly silentSince: string | null;
      /** Whether nobody could read Windows: then more is asked. */
      readonly unread: boolean;
    };
    readonly output: RestartFacts;
  };
  readonly takeRestart: {
    readonly input: { readonly incidentId: string; readonly vmId: string };
    readonly output: RestartSlot;
  };
  readonly readResetImpact: {
    readonly input: { readonly nic: NicFacts };
    readonly output: ResetImpact;
  };
}
