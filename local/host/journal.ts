import { z } from "zod";

import { eventRaised, executionTerminated, taskEnded, timerFired } from "./history.ts";
import type { HistoryEvent, TaskResult } from "./history.ts";
import {
  isCurrent,
  readEvent,
  readInstance,
  readInstances,
  readLedger,
  readState,
  readVersion,
} from "./journal-rows.ts";
import type { Instance } from "./journal-rows.ts";
import {
  addWork,
  appendHistory,
  clearRun,
  closeInstance,
  endInstance,
  enqueue,
  startInstance,
} from "./journal-writes.ts";
import type { Start } from "./journal-writes.ts";
import type { Sql } from "./sql.ts";
import type { Ledger, TurnPlan } from "./turn-plan.ts";

// Invariants of this file:
// 1. One transaction per turn: its history, its new work, and the removal of the event that it took.
// 2. A row of `activities` stays until its result lies in the inbox: what was running when the process died runs again.
// 3. A result belongs to one execution; when its instance has gone on to another, it is dropped.

/** What one turn needs; `historyTexts` are the events so far, each as JSON. */
export interface TurnWork {
  readonly instance: Instance;
  /** Version of its run; null for one that was started without. */
  readonly version: string | null;
  readonly ledger: Ledger;
  readonly historyTexts: readonly string[];
  readonly inboxId: number;
  readonly event: HistoryEvent;
}

/** An activity to run. */
export interface ActivityWork {
  readonly id: number;
  readonly instanceId: string;
  readonly executionId: string;
  readonly task: number;
  readonly name: string;
  readonly input: string;
}

const activityRow = z.object({
  id: z.number(),
  instanceId: z.string(),
  executionId: z.string(),
  task: z.number(),
  name: z.string(),
  input: z.string(),
});
const timerRow = z.object({ instance: z.string(), task: z.number(), fire_at: z.string() });
const turnRow = z.object({ id: z.number(), event: z.string(), ledger: z.string() });

/** The host's memory, in SQLite. Every method that writes is one transaction. Times are ISO 8601 UTC. */
export class Journal {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  close(): void {
    this.#sql.close();
  }

  instance(id: string): Instance | undefined {
    return readInstance(this.#sql, id);
  }

  /** All instances, oldest first. */
  instances(): Instance[] {
    return readInstances(this.#sql);
  }

  /** Events of the current or last run, each as JSON. */
  historyTexts(id: string): string[] {
    return this.#sql
      .all("SELECT event FROM history WHERE instance = ? ORDER BY position", id)
      .map((row) => String(row["event"]));
  }

  /** Starts an instance, unless one with its id is pending or running: then it gives that one. */
  start(start: Omit<Start, "parent">, at: string): Instance | undefined {
    return this.#sql.transaction(() => startInstance(this.#sql, { ...start, parent: null }, at));
  }

  /** Puts an external event before a running instance; says what it found. `inputText` is JSON or empty. */
  raise(
    id: string,
    event: { readonly name: string; readonly inputText: string },
    at: string,
  ): "unknown" | "running" | "ended" {
    return this.#sql.transaction(() => {
      const state = readState(this.#sql, id);
      if (state === "running") {
        enqueue(this.#sql, id, eventRaised(event.name, event.inputText, at));
      }
      return state;
    });
  }

  /** Ends a running instance from outside; says what it found. */
  terminate(id: string, reason: string, at: string): "unknown" | "running" | "ended" {
    return this.#sql.transaction(() => {
      const state = readState(this.#sql, id);
      if (state === "running") {
        const end = { status: "Terminated", outputText: JSON.stringify(reason) } as const;
        appendHistory(this.#sql, id, [executionTerminated(reason, at)]);
        endInstance(this.#sql, id, end, at);
      }
      return state;
    });
  }

  /** Forgets an instance that has ended; says what it found. */
  purge(id: string): "unknown" | "running" | "ended" {
    return this.#sql.transaction(() => {
      const state = readState(this.#sql, id);
      if (state === "ended") {
        clearRun(this.#sql, id);
        this.#sql.run("DELETE FROM instances WHERE id = ?", id);
      }
      return state;
    });
  }

  /** Instances with something to take, oldest event first. */
  waitingInstances(): string[] {
    const query = "SELECT instance FROM inbox GROUP BY instance ORDER BY MIN(id)";
    return this.#sql.all(query).map((row) => String(row["instance"]));
  }

  /** Activities to run, in the order in which they were asked for, from the one after `afterId`. */
  activities(afterId: number, limit: number): ActivityWork[] {
    const query = `SELECT id, instance AS instanceId, execution AS executionId, task, name, input
      FROM activities WHERE id > ? ORDER BY id LIMIT ?`;
    return this.#sql.all(query, afterId, limit).map((row) => activityRow.parse(row));
  }

  /** The next event that an instance has to take; undefined if there is none. */
  nextTurn(id: string): TurnWork | undefined {
    const query = `SELECT inbox.id, inbox.event, instances.ledger FROM inbox
      JOIN instances ON instances.id = inbox.instance
      WHERE inbox.instance = ? ORDER BY inbox.id LIMIT 1`;
    const found = this.#sql.get(query, id);
    const instance = this.instance(id);
    if (found === undefined || instance === undefined) {
      return undefined;
    }
    const row = turnRow.parse(found);
    return {
      instance,
      version: readVersion(this.#sql, id),
      ledger: readLedger(row.ledger),
      historyTexts: this.historyTexts(id),
      inboxId: row.id,
      event: readEvent(row.event),
    };
  }

  /**
   * Writes a turn down. False, and nothing is written, if the instance was ended or replaced meanwhile.
   * `customStatusText` null leaves the custom status as it is.
   */
  commitTurn(work: TurnWork, plan: TurnPlan, customStatusText: string | null, at: string): boolean {
    const { instance } = work;
    return this.#sql.transaction(() => {
      if (!isCurrent(this.#sql, { instanceId: instance.id, executionId: instance.executionId })) {
        return false;
      }
      this.#sql.run("DELETE FROM inbox WHERE id = ?", work.inboxId);
      appendHistory(this.#sql, instance.id, plan.history);
      addWork(this.#sql, instance, plan, at);
      this.#sql.run(
        `UPDATE instances SET status = 'Running', ledger = ?, updated = ?,
         custom_status = COALESCE(?, custom_status) WHERE id = ?`,
        JSON.stringify(plan.ledger),
        at,
        customStatusText,
        instance.id,
      );
      if (plan.ending !== null) {
        closeInstance(this.#sql, instance, plan.ending, at);
      }
      return true;
    });
  }

  /** Writes an activity's result down and hands it to its instance. */
  completeActivity(work: ActivityWork, result: TaskResult, at: string): void {
    this.#sql.transaction(() => {
      this.#sql.run("DELETE FROM activities WHERE id = ?", work.id);
      if (isCurrent(this.#sql, work)) {
        enqueue(this.#sql, work.instanceId, taskEnded(work.task, result, at));
      }
    });
  }

  /** Hands timers that are due at `now` (milliseconds since 1970) to their instances. */
  fireTimers(now: number): void {
    this.#sql.transaction(() => {
      const query = "SELECT instance, task, fire_at FROM timers WHERE due <= ? ORDER BY due";
      const at = new Date(now).toISOString();
      for (const row of this.#sql.all(query, now)) {
        const timer = timerRow.parse(row);
        enqueue(this.#sql, timer.instance, timerFired(timer.task, timer.fire_at, at));
        this.#sql.run(
          "DELETE FROM timers WHERE instance = ? AND task = ?",
          timer.instance,
          timer.task,
        );
      }
    });
  }

  /** When the next timer is due, in milliseconds since 1970; undefined if none is set. */
  nextTimerDue(): number | undefined {
    const due = this.#sql.get("SELECT MIN(due) AS due FROM timers")?.["due"];
    return typeof due === "number" ? due : undefined;
  }
}
