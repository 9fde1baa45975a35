import { stripVTControlCharacters } from "node:util";

import pc from "picocolors";
import { describe, expect, it } from "vitest";

import { endedLine, plainLine, runningLines } from "../../local/cli/terminal/live-view.ts";
import { stepEvents } from "../../local/cli/terminal/step-events.ts";
import type { StepEvent } from "../../local/cli/terminal/step-events.ts";
import { displayWidth } from "../../local/cli/terminal/text.ts";
import type { Step } from "../../shared/domain/incident.ts";

const NOW = "2026-05-04T10:00:30.000Z";

function aStep(change: Partial<Step>): Step {
  return {
    name: "azureFacts",
    startedAt: "2026-05-04T10:00:00.000Z",
    endedAt: null,
    state: "running",
    detail: null,
    ...change,
  };
}

const ended = { endedAt: "2026-05-04T10:00:01.500Z", state: "done" } as const;

function eventsOf(...steps: readonly Step[]): readonly StepEvent[] {
  return stepEvents(new Set(), { steps }).events;
}

describe("steps as events", () => {
  it("tells the start and the end of a step which ended before anybody looked", () => {
    const events = eventsOf(aStep({ ...ended, detail: "10.30.1.4" }));

    expect(events).toEqual([
      {
        type: "step",
        step: "azureFacts",
        state: "started",
        at: "2026-05-04T10:00:00.000Z",
        seconds: null,
        detail: null,
      },
      {
        type: "step",
        step: "azureFacts",
        state: "done",
        at: "2026-05-04T10:00:01.500Z",
        seconds: 1.5,
        detail: "10.30.1.4",
      },
    ]);
  });

  it("tells nothing twice", () => {
    const first = stepEvents(new Set(), { steps: [aStep({})] });
    const second = stepEvents(first.shown, { steps: [aStep(ended)] });
    const third = stepEvents(second.shown, { steps: [aStep(ended)] });

    expect(second.events.map((event) => event.state)).toEqual(["done"]);
    expect(third.events).toEqual([]);
  });

  it("tells a step of the same name again when it starts again", () => {
    const again = aStep({ startedAt: "2026-05-04T10:00:09.000Z" });

    expect(eventsOf(aStep(ended), again)).toHaveLength(3);
  });

  it("orders steps that overlap by what happened first", () => {
    const backup = aStep({ name: "backup", startedAt: "2026-05-04T10:00:01.000Z" });

    const names = eventsOf(aStep(ended), backup).map((event) => `${event.step} ${event.state}`);

    expect(names).toEqual(["azureFacts started", "backup started", "azureFacts done"]);
  });
});

describe("lines for outputs that only grow", () => {
  it("shows one line when a step starts and one with its duration when it ends", () => {
    const lines = eventsOf(aStep({ ...ended, state: "failed", detail: "no answer" })).map(
      plainLine,
    );

    expect(lines).toEqual([
      "10:00:00 started Read Azure",
      "10:00:01 failed  Read Azure (1.5 s): no answer",
    ]);
  });
});

describe("lines on a terminal", () => {
  const plain = pc.createColors(false);
  const steps = [
    aStep({
      name: "guestRead",
      detail: 'Windows has "イーサネット 2" 10.30.1.99 (DHCP off) and more',
    }),
    aStep({ ...ended, name: "backup" }),
  ];

  it.each([20, 40, 41, 60, 80, 200])("fit %d columns and leave the last one free", (columns) => {
    const style = { columns, colors: plain };
    const lines = [
      ...runningLines({ steps }, NOW, 3, style),
      ...eventsOf(...steps).flatMap((event) => endedLine(event, style) ?? []),
    ];

    expect(lines).toHaveLength(2);
    expect(lines.map(displayWidth).filter((width) => width >= columns)).toEqual([]);
  });

  it("show what runs with the time it took so far, and nothing else", () => {
    const lines = runningLines({ steps }, NOW, 0, { columns: 40, colors: plain });

    expect(lines).toEqual(["⠋ Read Windows (read-only)       30 s"]);
  });

  it("mark a step that failed", () => {
    const failed = eventsOf(aStep({ ...ended, state: "failed", detail: "no answer" })).at(-1);

    const line = failed && endedLine(failed, { columns: 80, colors: plain });

    expect(line).toBe("✖ Read Azure                    1.5 s  no answer");
  });

  it("carry colours only around what was already cut to width", () => {
    const style = { columns: 80, colors: pc.createColors(true) };
    const coloured = runningLines({ steps }, NOW, 0, style);
    const uncoloured = runningLines({ steps }, NOW, 0, { columns: 80, colors: plain });

    expect(coloured).not.toEqual(uncoloured);
    expect(coloured.map(stripVTControlCharacters)).toEqual(uncoloured);
  });
});
