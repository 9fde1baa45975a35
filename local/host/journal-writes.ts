import { randomUUID } from "node:crypto";

import { asPlayed, eventTypes, executionStarted, subOrchestrationEnded } from "./history.ts";
import type { HistoryEvent, ParentTask, TaskResult } from "./history.ts";
import type { InstanceStatusName } from "./host-events.ts";
import { isCurrent, isLive, readEvent, readInstance, readVersion } from "./journal-rows.ts";
import type { Instance } from "./journal-rows.ts";
import type { Sql } from "./sql.ts";
import { emptyLedger } from "./turn-plan.ts";
import type { Ending, TurnPlan } from "./turn-plan.ts";

// Each function here is a part of one of the journal's transactions.

/** A run to start; `inputText` is JSON. */
export interface Start {
  readonly id: string;
  readonly name: string;
  readonly version: string | null;
  readonly inputText: string;
  readonly parent: ParentTask | null;
}

/** Starts an instance, unless one with its id is pending or running: then it gives that one. */
export function startInstance(sql: Sql, start: Start, at: string): Instance | undefined {
  const existing = readInstance(sql, start.id);
  if (existing !== undefined && isLive(existing.status)) {
    return existing;
  }
  clearRun(sql, start.id);
  const { id: instanceId, name, version } = start;
  const run = { instanceId, executionId: randomUUID(), name, version };
  sql.run(
    `INSERT OR REPLACE INTO instances (id, execution, name, status, input, output, custom_status,
       created, updated, parent, ledger)
     VALUES (?, ?, ?, 'Pending', ?, 'null', 'null', ?, ?, ?, ?)`,
    start.id,
    run.executionId,
    start.name,
    start.inputText,
    at,
    at,
    start.parent === null ? null : JSON.stringify(start.parent),
    JSON.stringify(emptyLedger),
  );
  enqueue(sql, start.id, executionStarted({ ...run, input: start.inputText }, start.parent, at));
  return undefined;
}

/** Stores what a turn asked for. */
export function addWork(sql: Sql, instance: Instance, plan: TurnPlan, at: string): void {
  const { id, executionId } = instance;
  for (const { task, name, input } of plan.activities) {
    sql.run(
      "INSERT INTO activities (instance, execution, task, name, input) VALUES (?, ?, ?, ?, ?)",
      id,
      executionId,
      task,
      name,
      input,
    );
  }
  for (const task of plan.cancelled) {
    sql.run("DELETE FROM timers WHERE instance = ? AND task = ?", id, task);
  }
  for (const { task, fireAt } of plan.timers) {
    sql.run(
      "INSERT INTO timers (instance, task, fire_at, due) VALUES (?, ?, ?, ?)",
      id,
      task,
      fireAt,
      Date.parse(fireAt),
    );
  }
  for (const child of plan.children) {
    startChild(sql, instance, child, at);
  }
}

function startChild(
  sql: Sql,
  parent: Instance,
  child: TurnPlan["children"][number],
  at: string,
): void {
  const { task: taskId, name, instanceId, version, input: inputText } = child;
  const waiting = {
    instanceId: parent.id,
    executionId: parent.executionId,
    name: parent.name,
    taskId,
  };
  const start = { id: instanceId, name, version, inputText, parent: waiting };
  const existing = startInstance(sql, start, at);
  if (existing !== undefined) {
    const message = alreadyThere(existing.status);
    const result: TaskResult = { kind: "failed", reason: message, message };
    enqueue(sql, parent.id, subOrchestrationEnded(taskId, result, at));
  }
}

/** What a real host says when an id is taken by a run that has not ended. */
export function alreadyThere(status: InstanceStatusName): string {
  return `An Orchestration instance with the status ${status} already exists.`;
}

/** Ends a run as its last turn says, and tells its parent. */
export function closeInstance(sql: Sql, instance: Instance, ending: Ending, at: string): void {
  switch (ending.kind) {
    case "completed":
      endInstance(sql, instance.id, { status: "Completed", outputText: ending.output }, at);
      tellParent(sql, instance, { kind: "completed", result: ending.output }, at);
      break;
    case "failed": {
      const { reason } = ending;
      endInstance(sql, instance.id, { status: "Failed", outputText: JSON.stringify(reason) }, at);
      tellParent(sql, instance, { kind: "failed", reason, message: reason }, at);
      break;
    }
    case "continuedAsNew":
      continueAsNew(sql, instance, ending, at);
      break;
  }
}

/** Marks an instance as ended; what still waits for it is dropped, activities go on. */
export function endInstance(
  sql: Sql,
  id: string,
  end: { readonly status: InstanceStatusName; readonly outputText: string },
  at: string,
): void {
  sql.run(
    "UPDATE instances SET status = ?, output = ?, updated = ? WHERE id = ?",
    end.status,
    end.outputText,
    at,
    id,
  );
  sql.run("DELETE FROM inbox WHERE instance = ?", id);
  sql.run("DELETE FROM timers WHERE instance = ?", id);
}

function tellParent(sql: Sql, instance: Instance, result: TaskResult, at: string): void {
  const { parent } = instance;
  if (parent !== null && isCurrent(sql, parent)) {
    enqueue(sql, parent.instanceId, subOrchestrationEnded(parent.taskId, result, at));
  }
}

function continueAsNew(
  sql: Sql,
  instance: Instance,
  ending: Extract<Ending, { kind: "continuedAsNew" }>,
  at: string,
): void {
  const { id, name, parent } = instance;
  const later = sql
    .all("SELECT event FROM inbox WHERE instance = ? ORDER BY id", id)
    .map((row) => readEvent(String(row["event"])))
    .filter((event) => event.EventType === eventTypes.eventRaised);
  const version = readVersion(sql, id);
  clearRun(sql, id);
  const executionId = randomUUID();
  sql.run(
    "UPDATE instances SET execution = ?, input = ?, ledger = ? WHERE id = ?",
    executionId,
    ending.input,
    JSON.stringify(emptyLedger),
    id,
  );
  const run = { instanceId: id, executionId, name, version, input: ending.input };
  for (const event of [executionStarted(run, parent, at), ...ending.carried, ...later]) {
    enqueue(sql, id, event);
  }
}

/** Removes the history of a run and what waits for it. */
export function clearRun(sql: Sql, id: string): void {
  sql.run("DELETE FROM history WHERE instance = ?", id);
  sql.run("DELETE FROM inbox WHERE instance = ?", id);
  sql.run("DELETE FROM timers WHERE instance = ?", id);
}

/** Appends events to a run's history, in the form in which later turns see them. */
export function appendHistory(sql: Sql, id: string, events: readonly HistoryEvent[]): void {
  for (const event of events) {
    sql.run(
      `INSERT INTO history (instance, position, event)
       SELECT ?1, COALESCE(MAX(position), 0) + 1, ?2 FROM history WHERE instance = ?1`,
      id,
      JSON.stringify(asPlayed(event)),
    );
  }
}

/** Puts an event before an instance, for its next turn. */
export function enqueue(sql: Sql, id: string, event: HistoryEvent): void {
  sql.run("INSERT INTO inbox (instance, event) VALUES (?, ?)", id, JSON.stringify(event));
}
