/** Event types of a Durable history, with the numbers that the library knows. */
export const eventTypes = {
  executionStarted: 0,
  executionCompleted: 1,
  executionTerminated: 3,
  taskScheduled: 4,
  taskCompleted: 5,
  taskFailed: 6,
  subOrchestrationCreated: 7,
  subOrchestrationCompleted: 8,
  subOrchestrationFailed: 9,
  timerCreated: 10,
  timerFired: 11,
  orchestratorStarted: 12,
  orchestratorCompleted: 13,
  eventRaised: 15,
} as const;

/** One event of a history in the form in which a real host gives it to the library. Times are ISO 8601 UTC. */
export interface HistoryEvent {
  readonly EventType: number;
  readonly EventId: number;
  readonly IsPlayed: boolean;
  readonly Timestamp: string;
  readonly Name?: string;
  readonly Version?: string | null;
  readonly Input?: string | null;
  readonly Result?: string | null;
  readonly TaskScheduledId?: number;
  readonly TimerId?: number;
  readonly FireAt?: string;
  readonly Reason?: string;
  readonly Details?: string;
  readonly [field: string]: unknown;
}

/** A run of an instance; a new one begins with each start and each continue-as-new. */
export interface ExecutionId {
  readonly instanceId: string;
  readonly executionId: string;
}

/** The parent of a sub-orchestration and the task in it that waits. */
export interface ParentTask extends ExecutionId {
  readonly name: string;
  readonly taskId: number;
}

/** First event of a run; `input` is JSON text. */
export function executionStarted(
  run: ExecutionId & {
    readonly name: string;
    readonly version: string | null;
    readonly input: string;
  },
  parent: ParentTask | null,
  at: string,
): HistoryEvent {
  return {
    OrchestrationInstance: { InstanceId: run.instanceId, ExecutionId: run.executionId },
    EventType: eventTypes.executionStarted,
    ParentInstance: parent === null ? null : parentInstance(parent),
    Name: run.name,
    Version: run.version,
    Input: run.input,
    Tags: null,
    Correlation: null,
    ParentTraceContext: null,
    ScheduledStartTime: null,
    Generation: 0,
    GenerateNewTrace: false,
    ...unnumbered(at),
  };
}

function parentInstance(parent: ParentTask): object {
  return {
    Name: parent.name,
    OrchestrationInstance: { InstanceId: parent.instanceId, ExecutionId: parent.executionId },
    TaskScheduleId: parent.taskId,
    Version: null,
  };
}

/** Begins a turn. */
export function orchestratorStarted(at: string): HistoryEvent {
  return { EventType: eventTypes.orchestratorStarted, ...unnumbered(at) };
}

/** Ends a turn. */
export function orchestratorCompleted(at: string): HistoryEvent {
  return { EventType: eventTypes.orchestratorCompleted, ...unnumbered(at) };
}

/** An activity was asked for. */
export function taskScheduled(taskId: number, name: string, at: string): HistoryEvent {
  return {
    EventType: eventTypes.taskScheduled,
    Name: name,
    Version: "",
    Input: null,
    ParentTraceContext: null,
    Tags: null,
    ...numbered(taskId, at),
  };
}

/** A sub-orchestration was asked for. */
export function subOrchestrationCreated(
  taskId: number,
  child: { readonly name: string; readonly instanceId: string; readonly version: string | null },
  at: string,
): HistoryEvent {
  return {
    EventType: eventTypes.subOrchestrationCreated,
    Name: child.name,
    Version: child.version,
    InstanceId: child.instanceId,
    Input: null,
    ClientSpanId: null,
    Tags: null,
    ...numbered(taskId, at),
  };
}

/** A timer was asked for. */
export function timerCreated(taskId: number, fireAt: string, at: string): HistoryEvent {
  return { EventType: eventTypes.timerCreated, FireAt: fireAt, ...numbered(taskId, at) };
}

/** A timer fired. */
export function timerFired(taskId: number, fireAt: string, at: string): HistoryEvent {
  return { EventType: eventTypes.timerFired, TimerId: taskId, FireAt: fireAt, ...unnumbered(at) };
}

/** What came back from an activity or a sub-orchestration. */
export type TaskResult =
  | { readonly kind: "completed"; readonly result: string }
  | { readonly kind: "failed"; readonly reason: string; readonly message: string };

/** An activity ended. */
export function taskEnded(taskId: number, result: TaskResult, at: string): HistoryEvent {
  return ended(
    { completed: eventTypes.taskCompleted, failed: eventTypes.taskFailed },
    taskId,
    result,
    at,
  );
}

/** A sub-orchestration ended. */
export function subOrchestrationEnded(
  taskId: number,
  result: TaskResult,
  at: string,
): HistoryEvent {
  const types = {
    completed: eventTypes.subOrchestrationCompleted,
    failed: eventTypes.subOrchestrationFailed,
  };
  return ended(types, taskId, result, at);
}

function ended(
  types: { readonly completed: number; readonly failed: number },
  taskId: number,
  result: TaskResult,
  at: string,
): HistoryEvent {
  if (result.kind === "completed") {
    return {
      EventType: types.completed,
      TaskScheduledId: taskId,
      Result: result.result,
      ...unnumbered(at),
    };
  }
  return {
    EventType: types.failed,
    TaskScheduledId: taskId,
    Reason: result.reason,
    Details: failureDetails(result.message),
    FailureDetails: null,
    ...unnumbered(at),
  };
}

/** The form of a .NET exception, without the stacks that a real host adds. */
function failureDetails(message: string): string {
  return JSON.stringify({
    $type: "System.Exception, System.Private.CoreLib",
    ClassName: "System.Exception",
    Message: ` ${message}`,
    InnerException: null,
  });
}

/** An external event arrived; `input` is JSON text, empty when there was no body. */
export function eventRaised(name: string, input: string, at: string): HistoryEvent {
  return {
    EventType: eventTypes.eventRaised,
    Name: name,
    Input: input,
    ParentTraceContext: null,
    ...unnumbered(at),
  };
}

/** Last event of a run; `result` is JSON text, or the failure's text. */
export function executionCompleted(
  taskId: number,
  status: "Completed" | "Failed" | "ContinuedAsNew",
  result: string,
  at: string,
): HistoryEvent {
  return {
    EventType: eventTypes.executionCompleted,
    OrchestrationStatus: status,
    Result: result,
    ...numbered(taskId, at),
  };
}

/** The run was ended from outside. */
export function executionTerminated(reason: string, at: string): HistoryEvent {
  return { EventType: eventTypes.executionTerminated, Input: reason, ...unnumbered(at) };
}

/** The event as later turns see it: what came in counts as played, what the orchestrator did does not. */
export function asPlayed(event: HistoryEvent): HistoryEvent {
  return incoming.has(event.EventType) ? { ...event, IsPlayed: true } : event;
}

const incoming: ReadonlySet<number> = new Set([
  eventTypes.executionStarted,
  eventTypes.taskCompleted,
  eventTypes.taskFailed,
  eventTypes.subOrchestrationCompleted,
  eventTypes.subOrchestrationFailed,
  eventTypes.timerFired,
  eventTypes.eventRaised,
]);

function unnumbered(at: string): { EventId: number; IsPlayed: boolean; Timestamp: string } {
  return numbered(-1, at);
}

function numbered(
  eventId: number,
  at: string,
): { EventId: number; IsPlayed: boolean; Timestamp: string } {
  return { EventId: eventId, IsPlayed: false, Timestamp: at };
}
