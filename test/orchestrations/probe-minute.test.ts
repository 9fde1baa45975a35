import type { OrchestrationContext } from "durable-functions";
import { expect, it } from "vitest";

import { probeMinute } from "../../functions/orchestrations/probe-minute.ts";

const NOW = 29_000_000;

interface Scheduled {
  readonly name: string;
  readonly input: unknown;
}

/** Runs the orchestration for a minute; each call of `probeTurns` gets the next of these answers. */
function run(
  minute: number,
  answers: readonly object[],
): { readonly scheduled: readonly Scheduled[]; readonly next: unknown } {
  const scheduled: Scheduled[] = [];
  let next: unknown = null;
  const df = {
    currentUtcDateTime: new Date(NOW * 60_000 + 30_000),
    getInput: () => ({ minute }),
    callActivity: (name: string, input: unknown) => {
      scheduled.push({ name, input });
      return name;
    },
    continueAsNew: (input: unknown) => {
      next = input;
    },
  };
  const left = [...answers];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the parts of the context that are used
  const story = probeMinute({ df } as unknown as OrchestrationContext);
  let task: unknown = story.next().value;
  while (typeof task === "string") {
    const value = task === "probeTurns" ? left.shift() : null;
    task = story.next({ ok: true, value }).value;
  }
  return { scheduled, next };
}

it("goes through a minute a few VMs at a time, and starts the runs of those that were raised", () => {
  const { scheduled, next } = run(NOW, [
    { raised: ["vm-a", "vm-b"], after: "vm-p", roundMinutes: 15 },
    { raised: [], after: null, roundMinutes: 15 },
  ]);

  expect(scheduled).toEqual([
    { name: "probeTurns", input: { minute: NOW, after: null } },
    { name: "startRun", input: { vmId: "vm-a" } },
    { name: "startRun", input: { vmId: "vm-b" } },
    { name: "probeTurns", input: { minute: NOW, after: "vm-p" } },
  ]);
  expect(next).toBeNull();
});

it.each([
  ["goes on with the next minute where that has come meanwhile", NOW - 1, 15, { minute: NOW }],
  ["makes up for one round at most", NOW - 500, 15, { minute: NOW - 14 }],
  ["makes up for nothing in rounds of one minute", NOW - 500, 1, { minute: NOW }],
  ["ends where rounds were turned off", NOW - 1, 0, null],
])("%s", (_title, minute, roundMinutes, expected) => {
  const { next } = run(minute, [{ raised: [], after: null, roundMinutes }]);

  expect(next).toEqual(expected);
});
