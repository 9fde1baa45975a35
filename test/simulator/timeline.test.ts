import { expect, it, onTestFinished } from "vitest";

import { makeTimeline } from "../../local/simulator/timeline.ts";
import type { Timeline } from "../../local/simulator/timeline.ts";

interface Setting {
  readonly timeline: Timeline;
  readonly happened: string[];
  /** Sets the clock, in milliseconds. */
  readonly setNow: (ms: number) => void;
  /** Instants at which something outside is due. */
  readonly outside: number[];
}

function aTimeline(): Setting {
  let ms = 0;
  const happened: string[] = [];
  const outside: number[] = [];
  const timeline = makeTimeline({
    now: () => new Date(ms),
    nextOutside: () => outside[0] ?? null,
    runOutside(at) {
      outside.shift();
      happened.push(`outside at ${at}`);
    },
  });
  return {
    timeline,
    happened,
    outside,
    setNow(next) {
      ms = next;
    },
  };
}

it("lets things happen in the order of their instants, each at its own time", () => {
  const { timeline, happened, setNow, outside } = aTimeline();
  outside.push(20);
  for (const at of [30, 10, 25]) {
    timeline.schedule(at, () => happened.push(`${at} at ${timeline.now().getTime()}`));
  }

  setNow(26);
  timeline.advance();

  expect(happened).toEqual(["10 at 10", "outside at 20", "25 at 25"]);
  expect(timeline.now().getTime()).toBe(26);
});

it("lets what happens schedule more, due now and later", () => {
  const { timeline, happened, setNow } = aTimeline();
  timeline.schedule(10, () => {
    timeline.schedule(10, () => happened.push("at once"));
    timeline.schedule(15, () => happened.push("a little later"));
    timeline.schedule(50, () => happened.push("too late"));
    happened.push("first");
  });

  setNow(20);
  timeline.advance();

  expect(happened).toEqual(["first", "at once", "a little later"]);
});

it("goes on after something failed", () => {
  const { timeline, happened, setNow } = aTimeline();
  timeline.schedule(10, () => {
    throw new Error("broken");
  });
  timeline.schedule(11, () => happened.push("next"));
  setNow(20);

  expect(() => {
    timeline.advance();
  }).toThrow("broken");
  timeline.advance();

  expect(happened).toEqual(["next"]);
  expect(timeline.now().getTime()).toBe(20);
});

it("keeps a timer, so that things happen while nobody asks", async () => {
  const timeline = makeTimeline({
    now: () => new Date(),
    nextOutside: () => null,
    runOutside: () => undefined,
  });
  onTestFinished(() => {
    timeline.stop();
  });

  const happened = await new Promise<string>((resolve) => {
    timeline.schedule(Date.now() + 30, () => {
      resolve("it happened");
    });
  });

  expect(happened).toBe("it happened");
});

it("lets nothing happen once it is stopped", () => {
  const { timeline, happened, setNow } = aTimeline();
  timeline.schedule(10, () => happened.push("never"));
  timeline.stop();

  setNow(20);
  timeline.schedule(15, () => happened.push("never either"));
  timeline.advance();

  expect(happened).toEqual([]);
});
