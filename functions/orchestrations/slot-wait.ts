import type { OrchestrationContext } from "durable-functions";

import { secondsFromNow, secondsUntil } from "./clock.ts";

/** Longest wait for a Run Command slot that something else holds, before the script goes as a managed Run Command. */
const LONGEST_SECONDS = 60;

/** Longest pause between two tries. */
const LONGEST_PAUSE_SECONDS = 30;

/** One wait for the slot, with pauses that double. */
export class SlotWait {
  readonly #context: OrchestrationContext;
  readonly #end: Date;
  #pause: number;

  /** At most half of the script's budget, so that there is time for the other way. */
  constructor(
    context: OrchestrationContext,
    {
      budgetSeconds,
      pollSeconds,
    }: { readonly budgetSeconds: number; readonly pollSeconds: number },
  ) {
    this.#context = context;
    this.#end = secondsFromNow(context, Math.min(LONGEST_SECONDS, budgetSeconds / 2));
    this.#pause = pollSeconds;
  }

  /** Whether the slot was waited for long enough. */
  get isOver(): boolean {
    return secondsUntil(this.#context, this.#end) <= 0;
  }

  /** Seconds to the next try. */
  next(): number {
    const pause = this.#pause;
    this.#pause = Math.min(LONGEST_PAUSE_SECONDS, pause * 2);
    const left = secondsUntil(this.#context, this.#end);
    return left > 0 ? Math.min(pause, left) : pause;
  }
}
