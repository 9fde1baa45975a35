import { expect, it } from "vitest";

import { createRateLimit } from "../../../functions/triggers/rate-limit.ts";

/** A limit of so many requests a minute, on a clock that a test moves. */
function aLimit(perMinute: number): {
  ask: (who: string) => number;
  pass: (seconds: number) => void;
} {
  let now = 0;
  const ask = createRateLimit(perMinute, () => now);
  return {
    ask,
    pass: (seconds) => {
      now += seconds * 1000;
    },
  };
}

it("lets a burst through, and then says after how many whole seconds the next one may come", () => {
  const { ask, pass } = aLimit(30);

  const burst = Array.from({ length: 30 }, () => ask("a"));

  expect(new Set(burst)).toEqual(new Set([0]));
  expect(ask("a")).toBe(2);
  pass(1);
  expect(ask("a")).toBe(1);
  pass(1);
  expect([ask("a"), ask("a")]).toEqual([0, 2]);
});

it("does not count a refused request, nor save up more than a burst", () => {
  const { ask, pass } = aLimit(2);

  pass(3600);
  expect([ask("a"), ask("a"), ask("a"), ask("a")]).toEqual([0, 0, 30, 30]);
  pass(30);
  expect(ask("a")).toBe(0);
});

it("counts each caller for itself", () => {
  const { ask } = aLimit(1);

  expect([ask("a"), ask("b"), ask("a"), ask("b")]).toEqual([0, 0, 60, 60]);
});

it("forgets who has not asked for longest where very many ask", () => {
  const { ask } = aLimit(1);

  ask("first");
  ask("second");
  for (let n = 0; n < 9998; n += 1) {
    ask(`${n}`);
  }
  ask("first");
  ask("one more");

  expect(ask("first")).toBe(60);
  expect(ask("second")).toBe(0);
});
