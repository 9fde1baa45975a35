import type { Task } from "durable-functions";

import { outOfScope } from "../../shared/diagnosis/out-of-scope.ts";
import type { AzureFacts } from "../../shared/domain/facts.ts";
import type { Outcome } from "../../shared/domain/outcome.ts";
import { callFor, outcomeOf, type Run } from "./run.ts";

/** What reading the VM from Azure gave: its facts, or the outcome of a run that may not go on. */
export type AzureReading =
  | { readonly kind: "inScope"; readonly facts: AzureFacts }
  | { readonly kind: "ended"; readonly outcome: Outcome };

/** Reads the VM and its NICs, and says whether it may be touched by what Azure says of it. */
export function* readAzure(run: Run): Generator<Task, AzureReading, unknown> {
  run.story.begin("azureFacts");
  const read = yield* callFor(run, "readAzureFacts", { vmId: run.vmId });
  if (read.kind === "not-found") {
    const nextStep = "Check the VM's id, and that it was not deleted.";
    return refused(run, { code: "vm-not-found", message: read.message, nextStep });
  }
  run.facts = read.facts;
  const outside = outOfScope(read.facts, { scope: run.settings.scope }, run.purpose.operator);
  return outside === null ? { kind: "inScope", facts: read.facts } : refused(run, outside);
}

function refused(
  run: Run,
  says: { readonly code: string; readonly message: string; readonly nextStep: string },
): AzureReading {
  run.story.end("azureFacts", says.message);
  return { kind: "ended", outcome: outcomeOf(run, "refused", says) };
}
