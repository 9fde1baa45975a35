import type { Task } from "durable-functions";

import type { Run } from "./run.ts";
import { resultOf, startStory } from "./sub-stories.ts";

/**
 * Starts the look at screenshot and serial log beside the story, once. The procedure looks at them first, so it begins
 * before any change; nothing waits for it but the run's end. Null: it was started before, there is no VM to look at, or its
 * operator wants Windows left alone.
 */
export function startBootLook(run: Run): Task | null {
  const { facts, incidentId, settings, purpose } = run;
  if (facts === null || run.boot !== "not-looked" || !purpose.readGuest) {
    return null;
  }
  run.story.begin("bootDiagnostics", "last screenshot and serial log");
  run.boot = startStory(run.context, "keepBoot", { facts, incidentId, settings });
  return run.boot;
}

/** The same, for a VM that did not answer the first probe and whose agent does not report. */
export function startBootLookIfMute(run: Run): Task | null {
  return run.unanswered !== null && run.facts?.vm.agentReady === false ? startBootLook(run) : null;
}

/** Looks where Windows could not be read: what follows is no work of seconds any more, and may be a change. */
export function* lookAtBootIfUnread(run: Run): Generator<Task, void, unknown> {
  const unread = run.guest?.kind === "unreadable" && run.probe?.kind !== "answers";
  if (unread && run.boot === "not-looked") {
    startBootLook(run);
    yield* awaitBootLook(run);
  }
}

/** Waits for the look, if there is one. */
export function* awaitBootLook(run: Run): Generator<Task, void, unknown> {
  if (typeof run.boot !== "string") {
    const { result, endedAt } = yield* resultOf("keepBoot", run.boot);
    run.boot = "looked";
    run.remarks = [...new Set([...run.remarks, ...result.remarks])];
    const says = result.kept.length === 0 ? result.remarks.join(" ") : result.kept.join(", ");
    const state = result.kept.length === 0 ? "failed" : "done";
    run.story.end("bootDiagnostics", says, { state, at: endedAt });
  }
}
