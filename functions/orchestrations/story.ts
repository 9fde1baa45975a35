import type { OrchestrationContext } from "durable-functions";

import type { RunStatus, Step, StepName } from "../../shared/domain/incident.ts";
import type { Outcome } from "../../shared/domain/outcome.ts";
import type { RunMode } from "../../shared/domain/signal.ts";
import { nowOf } from "./clock.ts";

/** The engine takes 16 KB of UTF-16 as a custom status, and fails a run that shows more. */
const LONGEST_STATUS = 8000;

/** Characters of a step's detail, tried in turn until the status is short enough; the record has everything. */
const DETAIL_LIMITS = [Number.POSITIVE_INFINITY, 400, 120, 40];

/** The run's steps as they happen; live views and the API read them from the custom status. */
export class Story {
  readonly #context: OrchestrationContext;
  #status: RunStatus;

  constructor(context: OrchestrationContext, vmId: string, mode: RunMode) {
    this.#context = context;
    this.#status = { vmId, mode, incidentId: null, steps: [], outcome: null };
  }

  /** The steps so far. */
  get steps(): readonly Step[] {
    return this.#status.steps;
  }

  /** A step begins. */
  begin(name: StepName, detail: string | null = null): void {
    const startedAt = nowOf(this.#context);
    const step: Step = { name, startedAt, endedAt: null, state: "running", detail };
    this.#show({ steps: [...this.steps, step] });
  }

  /** The running step of that name has ended; `at` (ISO 8601 UTC) if it was earlier, beside other steps. */
  end(
    name: StepName,
    detail: string,
    { state = "done", at }: { readonly state?: "done" | "failed"; readonly at?: string } = {},
  ): void {
    const endedAt = at ?? nowOf(this.#context);
    const steps = this.steps.map((step) =>
      step.name === name ? ended(step, { state, detail, endedAt }) : step,
    );
    this.#show({ steps });
  }

  /** Names the incident. */
  incident(incidentId: string): void {
    this.#show({ incidentId });
  }

  /** Ends every step that still runs, and shows the outcome without its hand-off, which the record has. */
  close({ handOff: _handOff, ...outcome }: Outcome): void {
    const state = outcome.kind === "failed" ? "failed" : "done";
    const endedAt = nowOf(this.#context);
    const steps = this.steps.map((step) => ended(step, { state, detail: step.detail, endedAt }));
    this.#show({ outcome, steps });
  }

  #show(change: Partial<RunStatus>): void {
    this.#status = { ...this.#status, ...change };
    this.#context.df.setCustomStatus(fitted(this.#status));
  }
}

function ended(step: Step, end: Pick<Step, "state" | "detail" | "endedAt">): Step {
  return step.state === "running" ? { ...step, ...end } : step;
}

function fitted(status: RunStatus): RunStatus {
  let shown = status;
  for (const limit of DETAIL_LIMITS) {
    shown = shortened(status, limit);
    if (JSON.stringify(shown).length <= LONGEST_STATUS) {
      break;
    }
  }
  return shown;
}

function shortened(status: RunStatus, limit: number): RunStatus {
  const { steps, outcome } = status;
  return {
    ...status,
    steps: steps.map((step) => withDetailOf(step, limit)),
    outcome: outcome && {
      ...outcome,
      message: cut(outcome.message, limit * 4),
      nextStep: cut(outcome.nextStep, limit * 4),
      remarks: outcome.remarks.slice(0, limit / 10).map((remark) => cut(remark, limit)),
    },
  };
}

function withDetailOf(step: Step, limit: number): Step {
  return step.detail === null ? step : { ...step, detail: cut(step.detail, limit) };
}

function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
