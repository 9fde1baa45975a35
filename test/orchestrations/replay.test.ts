import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import type { OrchestrationContext, OrchestrationHandler } from "durable-functions";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import { byVersion, VERSIONS } from "../../functions/orchestrations/versions.ts";
import { compareVersions } from "../../local/host/versions.ts";
import { NEWEST_VERSION } from "./newest-version.ts";

const FOLDER = path.join(import.meta.dirname, "../fixtures/histories");

const savedSchema = z.object({
  outcome: z.object({ kind: z.string() }),
  stories: z.array(
    z.object({
      name: z.string(),
      instanceId: z.string(),
      input: z.unknown(),
      output: z.unknown(),
      historyEvents: z.array(
        z.looseObject({
          EventType: z.number(),
          EventId: z.number(),
          Name: z.string().nullish(),
          Timestamp: z.string(),
        }),
      ),
    }),
  ),
});
type Story = z.output<typeof savedSchema>["stories"][number];

interface Action {
  readonly actionType: number;
  readonly functionName?: string;
  readonly compoundActions?: readonly Action[];
}

const stateSchema = z.object({
  isDone: z.boolean(),
  actions: z.array(z.array(z.custom<Action>())),
  output: z.unknown(),
});

/** The library's own way to make a function of an orchestrator; it is not part of its types. */
const { createOrchestrator } = z
  .object({ createOrchestrator: z.custom<(handler: OrchestrationHandler) => Orchestrator>() })
  .parse(createRequire(import.meta.url)("durable-functions/lib/src/util/testingUtils.js"));
type Orchestrator = (trigger: unknown, context: unknown) => Promise<unknown>;

/** History event types: an activity, a sub-orchestration and a timer were scheduled. */
const SCHEDULED = new Set([4, 7, 10]);
/** Action types of tasks that take several ids, or hold other tasks. */
const COMPOUND = new Set([11, 12]);

const files = readdirSync(FOLDER).flatMap((version) =>
  readdirSync(path.join(FOLDER, version)).map((file) => ({ version, file })),
);

describe("the versions of the orchestrations", () => {
  it("stand in their order, and end with the one that new runs get", () => {
    const versions = Object.keys(VERSIONS);

    expect(versions.toSorted(compareVersions)).toEqual(versions);
    expect(versions.at(-1)).toBe(NEWEST_VERSION);
  });

  it("each have saved runs", () => {
    expect(new Set(files.map(({ version }) => version))).toEqual(new Set(Object.keys(VERSIONS)));
  });

  it.each([null, "", "1.0"])("have a run of version %o told by the first one", async (version) => {
    const story = readSaved({ version: "1.0", file: "vm-well.json" }).stories[0];

    const state = await replay(ofVersion(story, version));

    expect(state.output).toEqual(story?.output);
  });

  it("refuse a run of a version that is not there", async () => {
    const story = readSaved({ version: "1.0", file: "vm-well.json" }).stories[0];

    await expect(replay(ofVersion(story, "0.9"))).rejects.toThrow(
      "This app has no version 0.9 of healVm.",
    );
  });
});

describe.each(files)("the saved run $file of version $version", ({ version, file }) => {
  const saved = readSaved({ version, file });

  it.each(saved.stories.map((story) => [story.name, story] as const))(
    "%s is replayed to the same end, and schedules what it scheduled then",
    async (_name, story) => {
      const state = await replay(ofVersion(story, version));

      expect(state.isDone).toBe(true);
      expect(state.output).toEqual(story.output);
      expect(scheduledNames(state.actions.flat())).toEqual(namesInHistory(story));
    },
  );

  it.each(saved.stories.map((story) => [story.name, story] as const))(
    "%s schedules nothing else when it is replayed turn by turn",
    async (_name, story) => {
      const whole = scheduledNames((await replay(ofVersion(story, version))).actions.flat());

      for (const turn of turnsOf(ofVersion(story, version))) {
        const state = await replay({ ...story, historyEvents: turn });
        const names = scheduledNames(state.actions.flat());
        expect(names).toEqual(whole.slice(0, names.length));
      }
    },
  );
});

function readSaved({ version, file }: (typeof files)[number]): z.output<typeof savedSchema> {
  return savedSchema.parse(JSON.parse(readFileSync(path.join(FOLDER, version, file), "utf8")));
}

/** The story as the engine tells it of a run that was started with that version. */
function ofVersion(story: Story | undefined, version: string | null): Story {
  if (story === undefined) {
    throw new Error("No story is saved.");
  }
  const historyEvents = story.historyEvents.map((event) =>
    event.EventType === 0 ? { ...event, Version: version } : event,
  );
  return { ...story, historyEvents };
}

async function replay(story: Story): Promise<z.output<typeof stateSchema>> {
  const handler = byVersion(story.name, VERSIONS);
  const trigger = {
    history: story.historyEvents.map((event) => ({
      ...event,
      Timestamp: new Date(event.Timestamp),
    })),
    input: story.input,
    instanceId: story.instanceId,
    isReplaying: false,
    parentInstanceId: null,
    upperSchemaVersion: 1,
    upperSchemaVersionNew: 3,
    longRunningTimerIntervalDuration: "3.00:00:00",
    maximumShortTimerDuration: "6.00:00:00",
    defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
  };
  const context: Partial<OrchestrationContext> = {};
  return stateSchema.parse(await createOrchestrator(handler)(trigger, context));
}

/** The history as it stood after each turn but the last. */
function turnsOf(story: Story): readonly Story["historyEvents"][] {
  const ends = story.historyEvents.flatMap((event, index) =>
    event.EventType === 13 ? [index + 1] : [],
  );
  return ends.slice(0, -1).map((end) => story.historyEvents.slice(0, end));
}

function scheduledNames(actions: readonly Action[]): readonly string[] {
  return actions.flatMap((action) =>
    COMPOUND.has(action.actionType)
      ? scheduledNames(action.compoundActions ?? [])
      : [action.functionName ?? "timer"],
  );
}

function namesInHistory(story: Story): readonly string[] {
  return story.historyEvents
    .filter(({ EventType }) => SCHEDULED.has(EventType))
    .toSorted((a, b) => a.EventId - b.EventId)
    .map(({ Name }) => Name ?? "timer");
}
