import type { OrchestrationContext, Task } from "durable-functions";

import type { ManagedPurpose, ManagedSlot } from "../../shared/domain/managed-command.ts";
import type { ActivityFailure } from "../activities/catalogue.ts";
import { ActivityFailedError, call } from "./call.ts";
import { nowOf, secondsUntil } from "./clock.ts";
import { mayChange, type Run } from "./run.ts";

/** Who asks for a managed Run Command, and where the VM is. */
export interface ManagedOwner {
  readonly incidentId: string;
  readonly location: string;
}

/**
 * Who may put a managed Run Command on the run's VM; null: nobody. It is a resource, so a run that only looks makes none,
 * and none is made that a lock would keep from being deleted.
 */
export function managedOwner(run: Run): ManagedOwner | null {
  const { facts, incidentId } = run;
  const kept = facts?.locks?.some(({ level }) => level === "CanNotDelete") ?? false;
  return facts === null || kept || !mayChange(run)
    ? null
    : { incidentId, location: facts.vm.location };
}

/** The place of a script which is asked for now, and whose answer is waited for until the deadline. */
export function managedSlot(
  context: OrchestrationContext,
  owner: ManagedOwner,
  script: { readonly purpose: ManagedPurpose; readonly deadline: Date },
): ManagedSlot {
  const timeoutSeconds = Math.max(1, Math.ceil(secondsUntil(context, script.deadline)));
  return { ...owner, purpose: script.purpose, askedAt: nowOf(context), timeoutSeconds };
}

/**
 * Deletes a managed Run Command, which ends its script too if that still runs. Never throws: what Azure does not let go
 * carries our tag, and is found by it.
 */
export function* endManaged(
  context: OrchestrationContext,
  { vmId, incidentId, purpose }: { vmId: string } & Pick<ManagedSlot, "incidentId" | "purpose">,
  retrySeconds: number,
): Generator<Task, void, unknown> {
  try {
    yield* call(context, "endManagedCommand", { vmId, incidentId, purpose }, { retrySeconds });
  } catch (error) {
    if (!(error instanceof ActivityFailedError)) {
      throw error;
    }
  }
}

/** Whether a failed start may have handed its script over all the same: a throttled one, or one without a token, surely did not. */
export function mayHaveSent({ code, retryable }: ActivityFailure): boolean {
  return retryable && code !== "throttled" && code !== "no-credential";
}
