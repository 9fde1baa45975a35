import type { RunStatus, Step, StepName } from "../../../shared/domain/incident.ts";
import { secondsBetween } from "./text.ts";

/** A step that started or ended, as `--json` prints it. */
export interface StepEvent {
  readonly type: "step";
  readonly step: StepName;
  readonly state: "started" | "done" | "failed";
  /** ISO 8601 UTC, by the run's clock. */
  readonly at: string;
  /** How long the step took; null while it runs. */
  readonly seconds: number | null;
  readonly detail: string | null;
}

/** What was shown so far; a value of `stepEvents`, kept by the caller. */
export type ShownSteps = ReadonlySet<string>;

/** What happened since `shown`: each step gives one event when it starts and one when it ends, in the order of their times. */
export function stepEvents(
  shown: ShownSteps,
  status: Pick<RunStatus, "steps">,
): { readonly events: readonly StepEvent[]; readonly shown: ShownSteps } {
  const seen = new Set(shown);
  const events: StepEvent[] = [];
  for (const step of status.steps) {
    for (const event of eventsOf(step)) {
      const key = `${step.name} ${step.startedAt} ${event.state === "started" ? "start" : "end"}`;
      if (!seen.has(key)) {
        seen.add(key);
        events.push(event);
      }
    }
  }
  return { events: events.toSorted(byTime), shown: seen };
}

function eventsOf(step: Step): readonly StepEvent[] {
  const started: StepEvent = {
    type: "step",
    step: step.name,
    state: "started",
    at: step.startedAt,
    seconds: null,
    detail: null,
  };
  if (step.endedAt === null || step.state === "running") {
    return [started];
  }
  const ended: StepEvent = {
    ...started,
    state: step.state,
    at: step.endedAt,
    seconds: secondsBetween(step.startedAt, step.endedAt),
    detail: step.detail,
  };
  return [started, ended];
}

function byTime(left: StepEvent, right: StepEvent): number {
  return left.at.localeCompare(right.at);
}
