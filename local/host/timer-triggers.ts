import type { HostFunction, Registry } from "./registry.ts";
import { nextOccurrence } from "./schedule.ts";
import type { Schedule } from "./schedule.ts";
import type { TriggerRunner } from "./triggers.ts";

/** Longest delay that `setTimeout` takes. */
const longestDelayMs = 2_147_483_647;

/**
 * Runs timer functions at their times, each at most once at a time; gives a function that stops them. Times that passed
 * while the host was down, or while a run was still going, are not made up for.
 */
export function startTimerTriggers(registry: Registry, runner: TriggerRunner): () => void {
  const loops: TimerLoop[] = [];
  for (const target of registry.values()) {
    if (target.trigger.kind === "timer") {
      const loop = new TimerLoop(target, target.trigger.schedule, runner);
      loops.push(loop);
      if (target.trigger.runOnStartup) {
        void loop.run();
      } else {
        loop.wait();
      }
    }
  }
  return () => {
    for (const loop of loops) {
      loop.stop();
    }
  };
}

/** Runs one timer function, again and again. */
class TimerLoop {
  readonly #target: HostFunction;
  readonly #schedule: Schedule;
  readonly #runner: TriggerRunner;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(target: HostFunction, schedule: Schedule, runner: TriggerRunner) {
    this.#target = target;
    this.#schedule = schedule;
    this.#runner = runner;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  wait(): void {
    const next = nextOccurrence(this.#schedule, new Date());
    if (!this.#stopped && next !== undefined) {
      this.#waitUntil(next.getTime());
    }
  }

  async run(): Promise<void> {
    try {
      await this.#runner.run(this.#target, { json: timerText(this.#schedule) });
    } catch {
      // The runner has reported it; the next time comes all the same.
    }
    this.wait();
  }

  #waitUntil(due: number): void {
    const delay = Math.min(Math.max(due - Date.now(), 0), longestDelayMs);
    this.#timer = setTimeout(() => {
      // `setTimeout` has a longest delay, and may fire a little early.
      if (Date.now() < due) {
        this.#waitUntil(due);
      } else {
        void this.run();
      }
    }, delay);
  }
}

/** The value of a timer trigger, as a real host builds it. */
export function timerText(schedule: Schedule): string {
  const now = new Date();
  return JSON.stringify({
    Schedule: { AdjustForDST: false },
    ScheduleStatus: {
      Last: now.toISOString(),
      LastUpdated: now.toISOString(),
      Next: nextOccurrence(schedule, now)?.toISOString() ?? null,
    },
    IsPastDue: false,
  });
}
