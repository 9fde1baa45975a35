import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";

import type { Action, Outcome } from "../../local/host/actions.ts";
import { findReusedTask, readOutcome } from "../../local/host/actions.ts";
import { eventRaised, executionStarted, taskEnded, timerFired } from "../../local/host/history.ts";
import type { HistoryEvent } from "../../local/host/history.ts";
import { emptyLedger } from "../../local/host/turn-plan.ts";
import type { Ledger, TurnPlan } from "../../local/host/turn-plan.ts";
import { takeTurn } from "../../local/host/turn.ts";

const run = { instanceId: "run-1", executionId: "first", name: "story" };
const begin = Date.parse("2026-01-01T00:00:00.000Z");
const day = 86_400_000;

function at(milliseconds: number): string {
  return new Date(begin + milliseconds).toISOString();
}

const start = executionStarted({ ...run, version: null, input: "null" }, null, at(0));

function anOutcome(actions: readonly Action[], more: Partial<Outcome> = {}): Outcome {
  return { done: false, actions, output: "null", error: null, customStatus: null, ...more };
}

function turn(ledger: Ledger, event: HistoryEvent, outcome: Outcome, now = 0): TurnPlan {
  const times = { startedAt: at(now), endedAt: at(now) };
  return takeTurn({ run, ledger, event, outcome, defaultVersion: null, ...times });
}

function aFailure(task: number): HistoryEvent {
  return taskEnded(task, { kind: "failed", reason: "no", message: "no" }, at(0));
}

const echo: Action = { kind: "activity", name: "echo", input: "1", retry: null };
const stubborn: Action = {
  ...echo,
  retry: { firstDelayMs: 100, maxAttempts: 4, factor: 3, maxDelayMs: 500 },
};
const note: Action = { kind: "wait", eventName: "Note" };

describe("a turn", () => {
  it("asks only for what is new, in the order of the actions", () => {
    const first = turn(emptyLedger, start, anOutcome([echo, note]));
    const second = turn(
      first.ledger,
      eventRaised("Note", "1", at(1)),
      anOutcome([echo, note, echo]),
    );

    expect(first.activities).toEqual([{ task: 0, name: "echo", input: "1" }]);
    expect(second.activities).toEqual([{ task: 1, name: "echo", input: "1" }]);
  });

  it("waits longer after each failed attempt, up to the limit, and not after the last", () => {
    const delays: number[] = [];
    let plan = turn(emptyLedger, start, anOutcome([stubborn]));
    for (let attempt = 0; attempt < 4; attempt += 1) {
      plan = turn(plan.ledger, aFailure(2 * attempt), anOutcome([stubborn]));
      const [timer] = plan.timers;
      delays.push(Date.parse(timer?.fireAt ?? "") - begin);
      expect(timer?.task).toBe(2 * attempt + 1);
      plan = turn(plan.ledger, timerFired(2 * attempt + 1, at(0), at(0)), anOutcome([stubborn]));
    }

    expect(delays).toEqual([100, 300, 500, 0]);
    expect(plan.activities).toEqual([]);
    expect(plan.ledger).toMatchObject({ nextTask: 8, chains: [] });
  });

  it("gives numbers to a retry before the tasks that the same event led to", () => {
    const beside = anOutcome([stubborn, note]);
    const first = turn(emptyLedger, start, beside);

    const second = turn(first.ledger, aFailure(0), anOutcome([stubborn, note, echo]));

    expect(second.timers.map((timer) => timer.task)).toEqual([1]);
    expect(second.activities.map((activity) => activity.task)).toEqual([2]);
  });

  it("waits for a far timer in steps of three days", () => {
    const far = anOutcome([{ kind: "timer", fireAt: at(10 * day), cancelled: false }]);
    const seen: [number, number][] = [];
    let now = 0;
    let plan = turn(emptyLedger, start, far);
    while (plan.timers.length > 0) {
      const [timer] = plan.timers;
      now = Date.parse(timer?.fireAt ?? "") - begin;
      seen.push([timer?.task ?? -1, now / day]);
      plan = turn(plan.ledger, timerFired(timer?.task ?? -1, at(now), at(now)), far, now);
    }

    expect(seen).toEqual([
      [0, 3],
      [1, 6],
      [2, 10],
    ]);
  });

  it.each([2, 10])("cancels a timer of %i days", (days) => {
    const timer = { kind: "timer", fireAt: at(days * day) } as const;
    const first = turn(emptyLedger, start, anOutcome([{ ...timer, cancelled: false }, note]));

    const second = turn(
      first.ledger,
      eventRaised("Note", "1", at(1)),
      anOutcome([{ ...timer, cancelled: true }, note]),
    );

    expect(second.cancelled).toEqual([0]);
    expect(second.ledger).toMatchObject({ timers: [], chains: [] });
  });

  it("sets no timer that was cancelled at once, but counts it", () => {
    const plan = turn(
      emptyLedger,
      start,
      anOutcome([{ kind: "timer", fireAt: at(5), cancelled: true }, echo]),
    );

    expect(plan.timers).toEqual([]);
    expect(plan.activities.map((activity) => activity.task)).toEqual([1]);
  });

  it("names children after the run and the task, unless the orchestrator names them", () => {
    const child = {
      kind: "subOrchestration",
      name: "part",
      version: null,
      input: "1",
      retry: null,
    } as const;
    const plan = turn(
      emptyLedger,
      start,
      anOutcome([
        { ...child, instanceId: null },
        { ...child, instanceId: "mine" },
      ]),
    );

    expect(plan.children.map((one) => one.instanceId)).toEqual(["first:0", "mine"]);
  });

  it("starts what was asked for in the turn in which a run ends, but sets no timers", () => {
    const timer: Action = { kind: "timer", fireAt: at(5), cancelled: false };

    const plan = turn(emptyLedger, start, anOutcome([echo, timer], { done: true, output: "7" }));

    expect(plan.activities).toHaveLength(1);
    expect(plan.timers).toEqual([]);
    expect(plan.ending).toEqual({ kind: "completed", output: "7" });
    expect(plan.history.map((event) => event.EventType)).toEqual([12, 0, 4, 10, 1, 13]);
  });

  it("carries over the events for which no wait was left", () => {
    const again: Action = { kind: "continueAsNew", input: "2" };
    const events = ["a", "b", "c"].map((text) => eventRaised("Note", JSON.stringify(text), at(1)));
    let plan = turn(emptyLedger, start, anOutcome([echo]));
    for (const event of events) {
      plan = turn(plan.ledger, event, anOutcome([echo]));
    }

    plan = turn(
      plan.ledger,
      taskEnded(0, { kind: "completed", result: "1" }, at(2)),
      anOutcome([echo, note, again], { done: true }),
    );

    expect(plan.ending).toEqual({ kind: "continuedAsNew", input: "2", carried: events.slice(1) });
  });

  test.prop([
    fc.array(fc.constantFrom<Action>(echo, stubborn, note), { maxLength: 12 }),
    fc.array(fc.nat({ max: 12 }), { maxLength: 12 }),
  ])("never gives one number to two tasks, however the actions come", (actions, cuts) => {
    const numbers: number[] = [];
    let ledger = emptyLedger;
    for (const cut of [...cuts.toSorted((left, right) => left - right), actions.length]) {
      const known = actions.slice(0, Math.min(cut, actions.length));
      const plan = turn(ledger, aFailure(numbers.at(-1) ?? -1), anOutcome(known));
      ({ ledger } = plan);
      numbers.push(...[...plan.activities, ...plan.timers].map(({ task }) => task));
    }

    expect(numbers.toSorted((left, right) => left - right)).toEqual([...numbers.keys()]);
  });
});

function any(...compoundActions: object[]): object {
  return { actionType: 11, compoundActions };
}

describe("an orchestrator's outcome", () => {
  it("takes text as JSON text for activities, and as a value for children", () => {
    const { actions } = readOutcome(
      JSON.stringify({
        isDone: false,
        actions: [
          [
            { actionType: 0, functionName: "a", input: '"text"' },
            { actionType: 0, functionName: "a", input: { k: 1 } },
            { actionType: 0, functionName: "a" },
            { actionType: 2, functionName: "b", input: "text" },
          ],
        ],
        schemaVersion: 3,
      }),
    );

    expect(actions.map((action) => "input" in action && action.input)).toEqual([
      '"text"',
      '{"k":1}',
      "null",
      '"text"',
    ]);
  });

  it.each([7, 8, 9, 13])("is refused with action %i, which runs only in Azure", (actionType) => {
    const text = JSON.stringify({ isDone: false, actions: [[{ actionType }]] });

    expect(() => readOutcome(text)).toThrow(`action ${actionType}: entities and HTTP calls`);
  });

  it("tells a task in two compounds from two equal tasks", () => {
    const one = { actionType: 0, functionName: "echo" };
    const wait = { actionType: 6, externalEventName: "Note" };

    expect(findReusedTask({ actions: [[any(one, wait), any({ ...one }, wait)]] })).toBeUndefined();
    expect(findReusedTask({ actions: [[any(one), any(any(one))]] })).toBe("echo");
  });
});
