import type { Task } from "durable-functions";

import { outOfScope } from "../../shared/diagnosis/out-of-scope.ts";
import { platformRemark } from "../../shared/diagnosis/platform.ts";
import type { Refusal } from "../../shared/domain/diagnosis.ts";
import type { AzureFacts } from "../../shared/domain/facts.ts";
import type { Outcome } from "../../shared/domain/outcome.ts";
import { type Hindrances, unknownHindrances } from "../../shared/facts/hindrances.ts";
import { ActivityFailedError, call } from "./call.ts";
import { secondsFromNow } from "./clock.ts";
import { callFor, outcomeOf, type Run } from "./run.ts";

/** How long trouble in reading what may stand in the way can hold up a heal. */
const HINDRANCES_SECONDS = 30;

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
  const outside = refusalOf(run, read.facts);
  return outside === null ? { kind: "inScope", facts: read.facts } : refused(run, outside);
}

/**
 * Reads what may stand in the way of a heal, before anything is begun: locks and the health of Azure's platform. Gives
 * an outcome if the VM may not be touched. Both answers of what Azure does not tell in time are safe: a lock makes the
 * snapshot fail before any change.
 */
export function* checkHindrances(run: Run): Generator<Task, Outcome | null, unknown> {
  const { facts } = run;
  if (facts === null) {
    throw new TypeError("Hindrances were asked for before Azure's facts were read.");
  }
  const { locks, platform, remarks } = yield* hindrancesOf(run, facts);
  const known: AzureFacts = { ...facts, locks, platform };
  run.facts = known;
  const remark = platformRemark(platform);
  run.remarks = [...new Set([...run.remarks, ...remarks, ...(remark === null ? [] : [remark])])];
  const outside = refusalOf(run, known);
  return outside === null ? null : outcomeOf(run, "refused", outside);
}

function* hindrancesOf(run: Run, facts: AzureFacts): Generator<Task, Hindrances, unknown> {
  const until = secondsFromNow(run.context, HINDRANCES_SECONDS);
  try {
    return yield* call(run.context, "readHindrances", { facts }, { ...run.patience, until });
  } catch (error) {
    if (error instanceof ActivityFailedError) {
      return unknownHindrances(error.failure.message);
    }
    throw error;
  }
}

function refusalOf({ settings, purpose }: Run, facts: AzureFacts): Refusal | null {
  return outOfScope(facts, { scope: settings.scope }, purpose.operator);
}

function refused(run: Run, says: Refusal): AzureReading {
  run.story.end("azureFacts", says.message);
  return { kind: "ended", outcome: outcomeOf(run, "refused", says) };
}
