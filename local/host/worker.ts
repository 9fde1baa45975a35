import { setImmediate as eventLoop } from "node:timers/promises";

import { runActivity } from "./activity.ts";
import type { Emit, InstanceStatusName } from "./host-events.ts";
import { shortError } from "./host-events.ts";
import type { Invoker } from "./invocation.ts";
import type { ActivityWork, Journal, TurnWork } from "./journal.ts";
import { orchestrate } from "./orchestrate.ts";
import type { Registry } from "./registry.ts";
import type { TurnPlan } from "./turn-plan.ts";
import { takeTurn } from "./turn.ts";
import { runsVersion } from "./versions.ts";
import type { Versioning } from "./versions.ts";

/** What a worker needs. */
export interface WorkerParts {
  readonly journal: Journal;
  readonly registry: Registry;
  readonly invoker: Invoker;
  readonly versioning: Versioning;
  readonly emit: Emit;
  readonly maxConcurrentActivities: number;
}

const pauseAfterFaultMs = 1000;
/** Longest delay that `setTimeout` takes. */
const longestDelayMs = 2_147_483_647;

/**
 * Runs what the journal holds: turns one after another, since each is short and blocks; activities beside each other;
 * timers when they are due. All state is in the journal; this only remembers what is under way.
 */
export class Worker {
  readonly #parts: WorkerParts;
  readonly #running = new Map<number, Promise<void>>();
  /** Instances of versions that this host leaves alone, of which it told. */
  readonly #rejected = new Set<string>();
  #lastActivity = 0;
  #loop: Promise<void> | undefined;
  #again = false;
  #stopping = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
  }

  /** Looks for work; call it whenever some may be there. */
  wake(): void {
    this.#again = true;
    if (this.#loop === undefined && !this.#stopping) {
      this.#loop = this.#work().finally(() => {
        this.#loop = undefined;
        // What came in while the loop was ending.
        if (this.#again) {
          this.wake();
        }
      });
    }
  }

  /** Starts nothing more; resolves when the turn and the activities under way have ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    await this.#loop;
    await Promise.all(this.#running.values());
  }

  async #work(): Promise<void> {
    // Callers of `wake` are often in the middle of an answer; let them finish.
    await eventLoop();
    while (this.#again && !this.#stopping) {
      this.#again = false;
      try {
        this.#fireTimers();
        await this.#takeTurns();
        this.#startActivities();
        this.#setTimer();
      } catch (error) {
        this.#reportFault(error);
      }
    }
  }

  #fireTimers(): void {
    const now = Date.now();
    const due = this.#parts.journal.nextTimerDue();
    if (due !== undefined && due <= now) {
      this.#parts.journal.fireTimers(now);
    }
  }

  async #takeTurns(): Promise<void> {
    for (const id of this.#parts.journal.waitingInstances()) {
      if (this.#stopping) {
        return;
      }
      const work = this.#parts.journal.nextTurn(id);
      if (work !== undefined && !this.#rejects(work)) {
        await this.#takeTurn(work);
        this.#again = true;
        // A turn awaits nothing from outside: without this pause, requests would wait until all turns were taken.
        await eventLoop();
      }
    }
  }

  async #takeTurn(work: TurnWork): Promise<void> {
    const { journal, emit } = this.#parts;
    const begun = performance.now();
    const startedAt = new Date().toISOString();
    const outcome = await this.#callOrchestrator(work, startedAt);
    const endedAt = new Date().toISOString();
    const { id: instanceId, executionId, name } = work.instance;
    const run = { instanceId, executionId, name };
    const { ledger, event } = work;
    const { defaultVersion } = this.#parts.versioning;
    const plan = takeTurn({ run, ledger, event, outcome, defaultVersion, startedAt, endedAt });
    if (journal.commitTurn(work, plan, outcome.customStatus, endedAt)) {
      const durationMs = performance.now() - begun;
      emit({ kind: "turn", instanceId, name, status: statusAfter(plan), durationMs });
    }
  }

  /** Whether an instance waits for a host that knows its version: then its events stay where they are. */
  #rejects({ instance: { id, name }, version }: TurnWork): boolean {
    const { versioning, emit } = this.#parts;
    if (versioning.failure === "Fail" || runsVersion(versioning, version)) {
      return false;
    }
    if (!this.#rejected.has(id)) {
      this.#rejected.add(id);
      const message = `instance ${id} ${waits(versioning, version)}`;
      emit({ kind: "log", level: "warning", name, message });
    }
    return true;
  }

  async #callOrchestrator(work: TurnWork, startedAt: string): ReturnType<typeof orchestrate> {
    const { registry, invoker, versioning } = this.#parts;
    if (!runsVersion(versioning, work.version)) {
      const error = `it ${waits(versioning, work.version)}`;
      return { done: true, actions: [], output: "null", error, customStatus: null };
    }
    const target = registry.get(work.instance.name);
    if (target?.trigger.kind !== "orchestration") {
      const error = "the app has no orchestrator of that name";
      return { done: true, actions: [], output: "null", error, customStatus: null };
    }
    return await orchestrate(invoker, target, work, startedAt);
  }

  #startActivities(): void {
    const free = this.#parts.maxConcurrentActivities - this.#running.size;
    if (this.#stopping || free <= 0) {
      return;
    }
    for (const work of this.#parts.journal.activities(this.#lastActivity, free)) {
      this.#lastActivity = work.id;
      if (!this.#running.has(work.id)) {
        this.#running.set(work.id, this.#runActivity(work));
      }
    }
  }

  async #runActivity(work: ActivityWork): Promise<void> {
    const { journal, registry, invoker, emit } = this.#parts;
    const begun = performance.now();
    const result = await runActivity(invoker, registry, work);
    this.#running.delete(work.id);
    const durationMs = performance.now() - begun;
    const { instanceId, name } = work;
    emit({
      kind: "activity",
      instanceId,
      name,
      outcome: result.kind,
      error: result.kind === "failed" ? result.message : null,
      durationMs,
    });
    try {
      journal.completeActivity(work, result, new Date().toISOString());
      this.wake();
    } catch (error) {
      // Its row is still there: it runs again, as after a crash.
      this.#lastActivity = Math.min(this.#lastActivity, work.id - 1);
      this.#reportFault(error);
    }
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const due = this.#parts.journal.nextTimerDue();
    if (due !== undefined && !this.#stopping) {
      this.#wakeIn(Math.min(Math.max(due - Date.now(), 0), longestDelayMs));
    }
  }

  #reportFault(error: unknown): void {
    this.#parts.emit({ kind: "fault", error: shortError(error) });
    clearTimeout(this.#timer);
    this.#wakeIn(pauseAfterFaultMs);
  }

  #wakeIn(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.wake();
    }, delayMs);
  }
}

function waits({ defaultVersion }: Versioning, version: string | null): string {
  return `has version ${version ?? "none"}, which this app with version ${defaultVersion ?? "none"} does not run`;
}

function statusAfter({ ending }: TurnPlan): InstanceStatusName {
  if (ending === null || ending.kind === "continuedAsNew") {
    return "Running";
  }
  return ending.kind === "completed" ? "Completed" : "Failed";
}
