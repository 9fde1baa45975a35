import type { OrchestrationContext, Task, TimerTask } from "durable-functions";

/** The run's time as ISO 8601 UTC; the same in each replay. */
export function nowOf(context: OrchestrationContext): string {
  return context.df.currentUtcDateTime.toISOString();
}

/** The instant so many seconds after now. */
export function secondsFromNow(context: OrchestrationContext, seconds: number): Date {
  // oxlint-disable-next-line no-restricted-globals -- made from the run's own time, so a replay makes the same one
  return new Date(context.df.currentUtcDateTime.getTime() + Math.max(0, seconds) * 1000);
}

/** A durable timer for so many seconds. */
function timer(context: OrchestrationContext, seconds: number): TimerTask {
  return context.df.createTimer(secondsFromNow(context, seconds));
}

/** Waits so many seconds. */
export function* sleep(
  context: OrchestrationContext,
  seconds: number,
): Generator<Task, void, unknown> {
  if (seconds > 0) {
    yield timer(context, seconds);
  }
}

/** Seconds to wait before the next try: what Azure asks for; zero says nothing, and would be a busy loop. */
export function waitOr(retryAfterSeconds: number | null, ownSeconds: number): number {
  return retryAfterSeconds === null || retryAfterSeconds === 0 ? ownSeconds : retryAfterSeconds;
}

/** Seconds from now until the deadline; below zero when it has passed. */
export function secondsUntil(context: OrchestrationContext, deadline: Date): number {
  return (deadline.getTime() - context.df.currentUtcDateTime.getTime()) / 1000;
}
