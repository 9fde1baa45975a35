import type { OrchestrationContext } from "durable-functions";
import { expect, it } from "vitest";

import { tellClosed } from "../../functions/orchestrations/tell-closed.ts";

const BEGIN = Date.parse("2026-03-02T08:09:00.000Z");
const DOWN = { ok: false, failure: { code: "azure-unavailable", retryAfterSeconds: null } };

/** Tells, each try with the next answer, the last one again and again; gives what came of it and the waits in seconds. */
function tell(answers: readonly object[]): { result: unknown; waits: readonly number[] } {
  let now = BEGIN;
  const waits: number[] = [];
  const df = {
    get currentUtcDateTime() {
      return new Date(now);
    },
    getInput: () => ({ incidentId: "inc-1", retrySeconds: 10 }),
    callActivity: () => "try",
    createTimer: (at: Date) => {
      waits.push((at.getTime() - now) / 1000);
      now = at.getTime();
      return "wait";
    },
  };
  const left = [...answers];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the parts of the context that are used
  const story = tellClosed({ df } as unknown as OrchestrationContext);
  let step = story.next();
  while (step.done !== true) {
    const task: unknown = step.value;
    const answer = task === "try" && left.length > 1 ? left.shift() : left[0];
    step = answer instanceof Error ? story.throw(answer) : story.next(answer);
  }
  return { result: step.value, waits };
}

it("waits longer and longer, or as long as the topic asks, until the topic has it", () => {
  const asks = { ok: false, failure: { code: "throttled", retryAfterSeconds: 120 } };
  const open = { ok: true, value: { told: "still-open" } };
  const told = { ok: true, value: { told: "published" } };

  const { result, waits } = tell([DOWN, DOWN, asks, open, told]);

  expect(result).toEqual({ told: "published" });
  expect(waits).toEqual([10, 20, 120, 80]);
});

it("goes on where the engine ends a try, for example for its timeout", () => {
  const told = { ok: true, value: { told: "published" } };

  expect(tell([new Error("Timeout value of 00:10:00 exceeded"), told])).toEqual({
    result: { told: "published" },
    waits: [10],
  });
});

it("gives up after a day, with a quarter of an hour between the last tries", () => {
  const { result, waits } = tell([DOWN]);

  expect(result).toEqual({ told: "given-up" });
  const sum = waits.reduce((total, wait) => total + wait, 0);
  expect(sum).toBeLessThanOrEqual(86_400);
  expect(sum).toBeGreaterThan(86_400 - 900);
  expect(Math.max(...waits)).toBe(900);
  expect(waits.length).toBeLessThan(110);
});

it.each(["off", "forgotten"])("ends where there is nothing to tell: %s", (told) => {
  expect(tell([{ ok: true, value: { told } }])).toEqual({ result: { told }, waits: [] });
});
