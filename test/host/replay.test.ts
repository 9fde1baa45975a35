import { readFileSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { readOutcome } from "../../local/host/actions.ts";
import { installFunctionsCore } from "../../local/host/core-module.ts";
import type { ProgrammingModel } from "../../local/host/core-module.ts";
import { asPlayed } from "../../local/host/history.ts";
import type { HistoryEvent } from "../../local/host/history.ts";
import { createInvoker } from "../../local/host/invocation.ts";
import { triggerText } from "../../local/host/orchestrate.ts";
import { readRegistrations } from "../../local/host/registry.ts";
import type { Registry } from "../../local/host/registry.ts";
import { toJsonText } from "../../local/host/rpc.ts";
import { emptyLedger } from "../../local/host/turn-plan.ts";
import type { Ledger, TurnPlan } from "../../local/host/turn-plan.ts";
import { takeTurn } from "../../local/host/turn.ts";
import { aFolder, HostProcess } from "./harness.ts";

const lineSchema = z.object({
  in: z.looseObject({ history: z.array(z.custom<HistoryEvent>()) }),
  out: z.looseObject({ isDone: z.boolean() }),
});
const lines = readFileSync(join(import.meta.dirname, "../fixtures/durable/tour.jsonl"), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => lineSchema.parse(JSON.parse(line)));
const asked: ReadonlySet<number> = new Set([4, 7, 10]);
const bracket: ReadonlySet<number> = new Set([12, 13]);

/** The events that are new in a line. */
function newIn(index: number): HistoryEvent[] {
  const before = lines[index - 1]?.in.history.length ?? 0;
  return lines[index]?.in.history.slice(before) ?? [];
}

/** What of an event the library reads. */
function essence(event: HistoryEvent): unknown {
  const { EventType, EventId, Name, InstanceId, FireAt } = event;
  const fireAt = FireAt === undefined ? undefined : Date.parse(FireAt);
  return { EventType, EventId, Name, InstanceId, fireAt };
}

/** Plays one recorded call: one turn for each event that came in. */
function play(index: number, ledger: Ledger): TurnPlan[] {
  const run = {
    instanceId: "tour-9",
    executionId: "5b1f0c2e-6d0a-4e7b-9a51-0c3d8f2e7a64",
    name: "tour",
  };
  const events = newIn(index);
  const startedAt = events.findLast((event) => event.EventType === 12)?.Timestamp ?? "";
  const incoming = events.filter(
    ({ EventType }) => !asked.has(EventType) && !bracket.has(EventType),
  );
  const plans: TurnPlan[] = [];
  for (const [place, event] of incoming.entries()) {
    // Before the last event of a turn the orchestrator still waits, so it has asked for nothing new.
    const out = place === incoming.length - 1 ? lines[index]?.out : lines[index - 1]?.out;
    const outcome = readOutcome(JSON.stringify(out));
    const previous = plans.at(-1)?.ledger ?? ledger;
    const times = { startedAt, endedAt: startedAt };
    plans.push(takeTurn({ run, ledger: previous, event, outcome, defaultVersion: null, ...times }));
  }
  return plans;
}

describe("the library in this host", () => {
  let registry: Registry;
  let model: ProgrammingModel;

  beforeAll(async () => {
    const core = installFunctionsCore(() => undefined);
    await import("./fixture-app/main.ts");
    registry = readRegistrations(core.registrations);
    const found = core.model();
    if (found === undefined) {
      throw new Error("The fixture app registered nothing.");
    }
    model = found;
  });

  it.each(lines.map((line, index) => ({ index, line })))(
    "answers call $index of a real host's conversation as it did there",
    async ({ line }) => {
      const target = registry.get("tour");
      const invoker = createInvoker({ model, clientData: () => ({}), emit: () => undefined });
      if (target === undefined) {
        throw new Error("The fixture app has no tour.");
      }

      const { returned } = await invoker.invoke(target, { json: JSON.stringify(line.in) });

      expect(JSON.parse(toJsonText(returned))).toEqual(line.out);
    },
  );
});

describe("this host", () => {
  it("asks for the same tasks with the same numbers as a real host after each call", () => {
    let ledger = emptyLedger;
    for (const index of lines.keys()) {
      const plans = play(index, ledger);
      ledger = plans.at(-1)?.ledger ?? ledger;
      const ours = plans
        .flatMap((plan) => plan.history)
        .filter((event) => asked.has(event.EventType));
      const theirs = newIn(index + 1).filter((event) => asked.has(event.EventType));

      expect(
        ours.map((event) => essence(event)),
        `after call ${index}`,
      ).toEqual(theirs.map((event) => essence(event)));
      expect(plans.at(-1)?.ending?.kind).toBe(index === lines.length - 1 ? "completed" : undefined);
    }
  });

  it.each(
    // At call 3 a real host handed over two results at once; this one hands them over one after the other.
    lines.map((line, index) => ({ index, line })).filter(({ index }) => index !== 3),
  )("gives the orchestrator what a real host gave it at call $index", ({ line }) => {
    const begin = line.in.history.findLastIndex((event) => event.EventType === 12);
    const [event] = line.in.history.slice(begin + 1);
    if (event === undefined) {
      throw new Error("Nothing came in with this call.");
    }
    const work = {
      ...aRun,
      version: null,
      historyTexts: texts(line.in.history.slice(0, begin)),
      event,
    };

    const text = triggerText(work, line.in.history[begin]?.Timestamp ?? "");

    expect(JSON.parse(text)).toEqual(line.in);
  });

  it("writes histories whose events have a real host's fields", async () => {
    const folder = aFolder();
    const host = await HostProcess.start(folder.path);
    try {
      await host.start("tour", "tour-form", null);
      const { historyEvents } = await host.ended("tour-form");
      const theirs = new Map(
        lines.flatMap((line) => line.in.history).map((event) => [event.EventType, fields(event)]),
      );

      const ours = (historyEvents ?? []).filter((event) => theirs.has(event.EventType));

      expect(new Set(ours.map((event) => event.EventType))).toEqual(new Set(theirs.keys()));
      for (const event of ours) {
        expect(fields(event)).toEqual(theirs.get(event.EventType));
      }
    } finally {
      await host.kill();
      folder.remove();
    }
  });
});

const aRun = {
  instance: {
    id: "tour-9",
    executionId: "5b1f0c2e-6d0a-4e7b-9a51-0c3d8f2e7a64",
    name: "tour",
    status: "Running",
    inputText: '{"press":9}',
    outputText: "null",
    customStatusText: "null",
    createdAt: "",
    updatedAt: "",
    parent: null,
  },
  ledger: emptyLedger,
  inboxId: 1,
} as const;

/** Events as the journal keeps them: as not played yet, and marked by it as later turns see them. */
function texts(events: readonly HistoryEvent[]): string[] {
  return events.map((event) => JSON.stringify(asPlayed({ ...event, IsPlayed: false })));
}

function fields(event: HistoryEvent): string[] {
  return Object.keys(event);
}
