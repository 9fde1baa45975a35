import { z } from "zod";

import type { ExecutionId, HistoryEvent, ParentTask } from "./history.ts";
import type { InstanceStatusName } from "./host-events.ts";
import type { Sql } from "./sql.ts";
import type { Ledger } from "./turn-plan.ts";

/** An orchestration instance as the journal knows it. Texts named so hold JSON; times are ISO 8601 UTC. */
export interface Instance {
  readonly id: string;
  readonly executionId: string;
  readonly name: string;
  readonly status: InstanceStatusName;
  readonly inputText: string;
  readonly outputText: string;
  readonly customStatusText: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly parent: ParentTask | null;
}

const statusSchema = z.enum(["Pending", "Running", "Completed", "Failed", "Terminated"]);
const instanceRow = z
  .object({
    id: z.string(),
    execution: z.string(),
    name: z.string(),
    status: statusSchema,
    input: z.string(),
    output: z.string(),
    custom_status: z.string(),
    created: z.string(),
    updated: z.string(),
    parent: z.string().nullable(),
  })
  .transform((row): Instance => ({
    id: row.id,
    executionId: row.execution,
    name: row.name,
    status: row.status,
    inputText: row.input,
    outputText: row.output,
    customStatusText: row.custom_status,
    createdAt: row.created,
    updatedAt: row.updated,
    parent: row.parent === null ? null : readParent(row.parent),
  }));
/** Reads one instance. */
export function readInstance(sql: Sql, id: string): Instance | undefined {
  const row = sql.get("SELECT * FROM instances WHERE id = ?", id);
  return row === undefined ? undefined : instanceRow.parse(row);
}

/** Reads all instances, oldest first. */
export function readInstances(sql: Sql): Instance[] {
  return sql
    .all("SELECT * FROM instances ORDER BY created, id")
    .map((row) => instanceRow.parse(row));
}

/** Version with which the run of an instance was started, as its first event has it. */
export function readVersion(sql: Sql, id: string): string | null {
  const first =
    sql.get("SELECT event FROM history WHERE instance = ? AND position = 2", id) ??
    sql.get("SELECT event FROM inbox WHERE instance = ? ORDER BY id LIMIT 1", id);
  return first === undefined ? null : (readEvent(String(first["event"])).Version ?? null);
}

/** Whether an instance is there, and whether it still runs. */
export function readState(sql: Sql, id: string): "unknown" | "running" | "ended" {
  const instance = readInstance(sql, id);
  if (instance === undefined) {
    return "unknown";
  }
  return isLive(instance.status) ? "running" : "ended";
}

/** Whether an execution is the current one of its instance, and still runs. */
export function isCurrent(sql: Sql, run: ExecutionId): boolean {
  const instance = readInstance(sql, run.instanceId);
  return instance?.executionId === run.executionId && isLive(instance.status);
}

/** Whether a status is one of a run that has not ended. */
export function isLive(status: InstanceStatusName): boolean {
  return status === "Pending" || status === "Running";
}

// The journal is written by this program only, in these forms; a schema would only say so again.

/** Reads back an event. */
export function readEvent(text: string): HistoryEvent {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return JSON.parse(text) as HistoryEvent;
}

/** Reads back a run's ledger. */
export function readLedger(text: string): Ledger {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return JSON.parse(text) as Ledger;
}

function readParent(text: string): ParentTask {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return JSON.parse(text) as ParentTask;
}
