import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import type { OrchestrationContext, OrchestrationHandler } from "durable-functions";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import { probeUntilSure } from "../../functions/orchestrations/confirm-silence.ts";
import { healVm } from "../../functions/orchestrations/heal-vm.ts";
import { keepBoot } from "../../functions/orchestrations/keep-boot.ts";
import { makeBackup } from "../../functions/orchestrations/make-backup.ts";
import { readGuestWithin } from "../../functions/orchestrations/read-guest.ts";
import { subStory } from "../../functions/orchestrations/sub-stories.ts";

const FOLDER = path.join(import.meta.dirname, "../fixtures/histories");

const HANDLERS: Readonly<Record<string, OrchestrationHandler>> = {
  healVm,
  confirmSilence: subStory("confirmSilence", probeUntilSure),
  readGuest: subStory("readGuest", readGuestWithin),
  keepBoot: subStory("keepBoot", keepBoot),
  makeBackup: subStory("makeBackup", makeBackup),
};

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

const files = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));

describe.each(files)("the saved run %s", (file) => {
  const saved = savedSchema.parse(JSON.parse(readFileSync(path.join(FOLDER, file), "utf8")));

  it.each(saved.stories.map((story) => [story.name, story] as const))(
    "%s is replayed to the same end, and schedules what it scheduled then",
    async (_name, story) => {
      const state = await replay(story, story.historyEvents);

      expect(state.isDone).toBe(true);
      expect(state.output).toEqual(story.output);
      expect(scheduledNames(state.actions.flat())).toEqual(namesInHistory(story));
    },
  );

  it.each(saved.stories.map((story) => [story.name, story] as const))(
    "%s schedules nothing else when it is replayed turn by turn",
    async (_name, story) => {
      const whole = scheduledNames((await replay(story, story.historyEvents)).actions.flat());

      for (const turn of turnsOf(story)) {
        const names = scheduledNames((await replay(story, turn)).actions.flat());
        expect(names).toEqual(whole.slice(0, names.length));
      }
    },
  );
});

async function replay(
  story: Story,
  historyEvents: Story["historyEvents"],
): Promise<z.output<typeof stateSchema>> {
  const handler = HANDLERS[story.name];
  if (handler === undefined) {
    throw new Error(`No orchestration is named ${story.name}.`);
  }
  const trigger = {
    history: historyEvents.map((event) => ({ ...event, Timestamp: new Date(event.Timestamp) })),
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
