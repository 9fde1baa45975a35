import type { Action, RetryPolicy } from "./actions.ts";
import {
  eventTypes,
  executionCompleted,
  orchestratorCompleted,
  orchestratorStarted,
  subOrchestrationCreated,
  taskScheduled,
  timerCreated,
} from "./history.ts";
import type { HistoryEvent } from "./history.ts";
import type { Call, Ending, Ledger, Turn, TurnPlan } from "./turn-plan.ts";

// Invariants of this file:
// 1. It numbers tasks as the library does: in the order of the actions, a retry taking its numbers when the failure is
//    seen. The library looks up results by these numbers, so one number off gives a run the wrong answers.
// 2. A turn takes one event. With two, the order between a retry's numbers and those of new tasks could not be told.
// 3. It is pure: the same turn gives the same plan.

const longestTimerMs = 6 * 86_400_000;
const timerStepMs = 3 * 86_400_000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

interface Draft {
  readonly turn: Turn;
  readonly plan: Mutable<Omit<TurnPlan, "ledger" | "ending">>;
  readonly ledger: Mutable<Ledger>;
  readonly answered: Record<string, number>;
}

/** Works out what follows from one call of an orchestrator. */
export function takeTurn(turn: Turn): TurnPlan {
  const draft = openDraft(turn);
  goOnWithChains(draft);
  const { actions } = turn.outcome;
  for (const [offset, action] of actions.slice(turn.ledger.seenActions).entries()) {
    schedule(draft, action, turn.ledger.seenActions + offset);
  }
  draft.ledger.seenActions = actions.length;
  dropTimers(draft);
  answerWaits(draft);
  const ending = readEnding(draft);
  if (ending !== null) {
    draft.plan.timers = [];
    draft.plan.history.push(completion(draft, ending));
  }
  draft.plan.history.push(orchestratorCompleted(turn.endedAt));
  return { ...draft.plan, ledger: { ...draft.ledger, answered: draft.answered }, ending };
}

function openDraft(turn: Turn): Draft {
  const { ledger } = turn;
  return {
    turn,
    plan: {
      history: [orchestratorStarted(turn.startedAt), turn.event],
      activities: [],
      children: [],
      timers: [],
      cancelled: [],
    },
    ledger: {
      ...ledger,
      timers: ledger.timers.filter(({ task }) => task !== turn.event.TimerId),
      chains: [...ledger.chains],
      unread: [...ledger.unread],
    },
    answered: { ...ledger.answered },
  };
}

function goOnWithChains(draft: Draft): void {
  const { event } = draft.turn;
  const task = event.TaskScheduledId ?? event.TimerId;
  const index = draft.ledger.chains.findIndex((chain) => chain.task === task);
  const chain = draft.ledger.chains[index];
  if (chain === undefined) {
    return;
  }
  draft.ledger.chains.splice(index, 1);
  if (chain.kind === "longTimer") {
    if (Date.parse(chain.fireAt) > Date.parse(draft.turn.startedAt)) {
      addLongTimer(draft, chain.fireAt, chain.place);
    }
  } else if (chain.waiting) {
    // The library takes no new number once the last attempt has failed.
    if (chain.failures < chain.policy.maxAttempts) {
      const next = addCall(draft, chain.call);
      draft.ledger.chains.push({ ...chain, task: next, waiting: false });
    }
  } else if (isFailure(event)) {
    const failures = chain.failures + 1;
    const next = addTimer(draft, retryAt(draft.turn.startedAt, chain.policy, failures));
    draft.ledger.chains.push({ ...chain, task: next, failures, waiting: true });
  }
}

function isFailure(event: HistoryEvent): boolean {
  return (
    event.EventType === eventTypes.taskFailed ||
    event.EventType === eventTypes.subOrchestrationFailed
  );
}

/** After the last attempt a real host sets one more timer, due at once. */
function retryAt(now: string, policy: RetryPolicy, failures: number): string {
  const wanted =
    failures >= policy.maxAttempts ? 0 : policy.firstDelayMs * policy.factor ** (failures - 1);
  const delay = Math.min(wanted, policy.maxDelayMs ?? wanted);
  return new Date(Date.parse(now) + delay).toISOString();
}

function schedule(draft: Draft, action: Action, place: number): void {
  switch (action.kind) {
    case "activity":
    case "subOrchestration":
      scheduleCall(draft, action);
      break;
    case "timer":
      scheduleTimer(draft, action, place);
      break;
    case "wait":
    case "continueAsNew":
      break;
  }
}

function scheduleCall(
  draft: Draft,
  action: Extract<Action, { kind: "activity" | "subOrchestration" }>,
): void {
  const { retry, ...call } = action;
  const task = addCall(draft, call);
  if (retry !== null) {
    draft.ledger.chains.push({
      kind: "retry",
      task,
      call,
      policy: retry,
      failures: 0,
      waiting: false,
    });
  }
}

function scheduleTimer(
  draft: Draft,
  action: Extract<Action, { kind: "timer" }>,
  place: number,
): void {
  if (Date.parse(action.fireAt) - Date.parse(draft.turn.startedAt) > longestTimerMs) {
    addLongTimer(draft, action.fireAt, place);
  } else {
    draft.ledger.timers.push({ place, task: addTimer(draft, action.fireAt) });
  }
}

/** Beyond six days the library waits in steps of three. */
function addLongTimer(draft: Draft, fireAt: string, place: number): void {
  const now = Date.parse(draft.turn.startedAt);
  const isLong = Date.parse(fireAt) - now > longestTimerMs;
  const stepAt = isLong ? new Date(now + timerStepMs).toISOString() : fireAt;
  draft.ledger.chains.push({ kind: "longTimer", task: addTimer(draft, stepAt), place, fireAt });
}

function addCall(draft: Draft, call: Call): number {
  const { plan, turn } = draft;
  const task = takeNumber(draft);
  if (call.kind === "activity") {
    plan.activities.push({ task, name: call.name, input: call.input });
    plan.history.push(taskScheduled(task, call.name, turn.endedAt));
  } else {
    const instanceId = call.instanceId ?? `${turn.run.executionId}:${task}`;
    const version = call.version ?? turn.defaultVersion;
    const child = { name: call.name, instanceId, version };
    plan.children.push({ task, ...child, input: call.input });
    plan.history.push(subOrchestrationCreated(task, child, turn.endedAt));
  }
  return task;
}

function addTimer(draft: Draft, fireAt: string): number {
  const task = takeNumber(draft);
  draft.plan.timers.push({ task, fireAt });
  draft.plan.history.push(timerCreated(task, fireAt, draft.turn.endedAt));
  return task;
}

function takeNumber(draft: Draft): number {
  const task = draft.ledger.nextTask;
  draft.ledger.nextTask += 1;
  return task;
}

function dropTimers(draft: Draft): void {
  const { actions } = draft.turn.outcome;
  const cancelled = new Set<number>();
  const longTimers = draft.ledger.chains.filter((chain) => chain.kind === "longTimer");
  for (const { place, task } of [...draft.ledger.timers, ...longTimers]) {
    const action = actions[place];
    if (action?.kind === "timer" && action.cancelled) {
      cancelled.add(task);
    }
  }
  draft.plan.cancelled = [...cancelled];
  draft.plan.timers = draft.plan.timers.filter(({ task }) => !cancelled.has(task));
  draft.ledger.timers = draft.ledger.timers.filter(({ task }) => !cancelled.has(task));
  draft.ledger.chains = draft.ledger.chains.filter(({ task }) => !cancelled.has(task));
}

function answerWaits(draft: Draft): void {
  const { event, outcome } = draft.turn;
  if (event.EventType === eventTypes.eventRaised) {
    draft.ledger.unread.push(event);
  }
  draft.ledger.unread = draft.ledger.unread.filter((raised) => {
    const name = raised.Name ?? "";
    const waits = outcome.actions.filter(
      (action) => action.kind === "wait" && action.eventName === name,
    ).length;
    const answered = draft.answered[name] ?? 0;
    if (answered >= waits) {
      return true;
    }
    draft.answered[name] = answered + 1;
    return false;
  });
}

function readEnding(draft: Draft): Ending | null {
  const { outcome, run } = draft.turn;
  if (outcome.error !== null) {
    return {
      kind: "failed",
      reason: `Orchestrator function '${run.name}' failed: ${outcome.error}`,
    };
  }
  if (!outcome.done) {
    return null;
  }
  const next = outcome.actions.find((action) => action.kind === "continueAsNew");
  return next === undefined
    ? { kind: "completed", output: outcome.output }
    : { kind: "continuedAsNew", input: next.input, carried: draft.ledger.unread };
}

function completion(draft: Draft, ending: Ending): HistoryEvent {
  const { nextTask } = draft.ledger;
  const { endedAt } = draft.turn;
  switch (ending.kind) {
    case "completed":
      return executionCompleted(nextTask, "Completed", ending.output, endedAt);
    case "failed":
      return executionCompleted(nextTask, "Failed", ending.reason, endedAt);
    case "continuedAsNew":
      return executionCompleted(nextTask, "ContinuedAsNew", ending.input, endedAt);
  }
}
