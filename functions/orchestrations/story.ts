import type { OrchestrationContext } from "durable-functions";

import type { RunStatus, Step, StepName } from "../../shared/domain/incident.ts";
import type { Outcome } from "../../shared/domain/outcome.ts";
import type { RunMode } from "../../shared/domain/signal.ts";
import { nowOf } from "./clock.ts";

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

  /** Ends every step that still runs, and shows the outcome. */
  close(outcome: Outcome): void {
    const state = outcome.kind === "failed" ? "failed" : "done";
    const endedAt = nowOf(this.#context);
    const steps = this.steps.map((step) => ended(step, { state, detail: step.detail, endedAt }));
    this.#show({ outcome, steps });
  }

  #show(change: Partial<RunStatus>): void {
    this.#status = { ...this.#status, ...change };
    this.#context.df.setCustomStatus(this.#status);
  }
}

function ended(step: Step, end: Pick<Step, "state" | "detail" | "endedAt">): Step {
  return step.state === "running" ? { ...step, ...end } : step;
}
