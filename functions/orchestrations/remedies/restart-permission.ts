import type { Task } from "durable-functions";

import { restartVerdict, type RestartVerdict } from "../../../shared/diagnosis/restart-verdict.ts";
import type { AzureFacts } from "../../../shared/domain/facts.ts";
import type { RemedyConclusion } from "../../../shared/domain/remedy.ts";
import { secondsFromNow, secondsUntil, sleep } from "../clock.ts";
import { probeUntilSure } from "../confirm-silence.ts";
import { callFor, type Run } from "../run.ts";

/** Looks at other VMs' restarts over the longest wait for them: each is an activity. */
const LOOKS = 40;

/** Looks after which the facts of a run that had to wait count as out of date. */
const FRESH_LOOKS = 1;

/**
 * Says whether the VM may be restarted now; null: it may, and one of its subscription's restarts is this incident's. Waits,
 * within bounds, for what only takes time. Nothing is changed here.
 */
export function* restartPermission(
  run: Run,
  nicId: string,
): Generator<Task, RemedyConclusion | null, unknown> {
  if (run.facts === null || run.backup?.kind !== "complete") {
    throw new TypeError("A restart was asked for before its backup was complete.");
  }
  run.story.begin("restartCheck", "caps, silence, start and other tools");
  const conclusion = yield* concludeFor(run, run.facts, nicId);
  run.story.end("restartCheck", conclusion?.message ?? "yes", {
    state: conclusion === null ? "done" : "failed",
  });
  return conclusion;
}

function* concludeFor(
  run: Run,
  facts: AzureFacts,
  nicId: string,
): Generator<Task, RemedyConclusion | null, unknown> {
  let verdict = yield* judge(run, facts, nicId);
  if (verdict.kind === "wait") {
    run.story.end("restartCheck", verdict.message);
    run.story.begin("restartCheck", `waits ${verdict.seconds} s, then looks again`);
    yield* sleep(run.context, verdict.seconds);
    verdict = yield* judge(run, facts, nicId);
  }
  if (verdict.kind !== "may") {
    return notRestarted(facts, verdict);
  }
  run.remarks = [...new Set([...run.remarks, ...verdict.remarks])];
  return (isUnread(run) ? yield* probeAgain(run, facts) : null) ?? (yield* takeSlot(run, facts));
}

function* judge(
  run: Run,
  facts: AzureFacts,
  nicId: string,
): Generator<Task, RestartVerdict, unknown> {
  const { silentSince, settings } = run;
  const unread = isUnread(run);
  const input = { facts, nicId, silentSince, unread };
  return restartVerdict(yield* callFor(run, "readRestartFacts", input), settings);
}

function isUnread({ guest }: Run): boolean {
  return guest?.kind !== "read";
}

/** A VM that nobody could read must still be silent just before it is restarted. */
function* probeAgain(
  run: Run,
  facts: AzureFacts,
): Generator<Task, RemedyConclusion | null, unknown> {
  const { context, settings, purpose } = run;
  const question = { facts, nicId: purpose.nicId, settings, unanswered: null };
  const probe = yield* probeUntilSure(context, question);
  switch (probe.kind) {
    case "silent":
      return null;
    case "answers":
      run.silentSince = null;
      return {
        kind: "stale",
        code: "answers-again",
        message: `VM ${facts.vm.name} was not restarted: it answers again (${probe.detail}).`,
      };
    case "unknown":
      return notRestarted(facts, {
        code: "silence-unsure",
        message: `Windows could not be read, and it is not sure any more that the VM is silent (${probe.detail}).`,
      });
  }
}

/** Waits until no other VM of the subscription is being restarted. After a long wait the facts have to be read anew. */
function* takeSlot(run: Run, facts: AzureFacts): Generator<Task, RemedyConclusion | null, unknown> {
  const { context, settings, incidentId, vmId } = run;
  const deadline = secondsFromNow(context, settings.restartWaitSeconds);
  const pause = Math.max(settings.pollSeconds, settings.restartWaitSeconds / LOOKS);
  for (let waits = 0; ; waits++) {
    const slot = yield* callFor(run, "takeRestart", { incidentId, vmId });
    if (slot.kind === "taken") {
      return waits > FRESH_LOOKS ? outOfDate(facts) : null;
    }
    if (slot.kind === "used-up") {
      return notRestarted(facts, {
        code: "restart-limit",
        message: "The three restarts that its subscription may have in an hour are used up.",
      });
    }
    if (secondsUntil(context, deadline) <= pause) {
      return notRestarted(facts, {
        code: "restart-busy",
        message: `Incident ${slot.incidentId} of the same subscription was restarting its VM for longer than ${settings.restartWaitSeconds} s.`,
      });
    }
    yield* sleep(context, pause);
  }
}

function outOfDate({ vm }: AzureFacts): RemedyConclusion {
  const message = `VM ${vm.name} was not restarted yet: it had to wait for another VM, so everything has to be read again.`;
  return { kind: "stale", code: "waited-for-restart", message };
}

function notRestarted(
  { vm }: AzureFacts,
  { code, message }: { readonly code: string; readonly message: string },
): RemedyConclusion {
  return { kind: "untouched", code, message: `VM ${vm.name} was not restarted: ${message}` };
}
