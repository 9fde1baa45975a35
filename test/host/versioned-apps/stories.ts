import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { app } from "durable-functions";
import type { OrchestrationContext, Task } from "durable-functions";

import { byVersion } from "../../../functions/orchestrations/versions.ts";
import type { Stories } from "../../../functions/orchestrations/versions.ts";

interface Journey {
  readonly file: string;
  readonly gate: string;
}

/** A story that tells in a file whose code it is, itself and in a part of it, after its gate has opened. */
export function storiesOf(name: string): Stories {
  return {
    journey: function* journey(context: OrchestrationContext): Generator<Task, unknown, unknown> {
      const { file, gate } = context.df.getInput<Journey>();
      yield context.df.callActivity("gate", gate);
      yield context.df.callActivity("append", { file, line: `journey by ${name}` });
      const part = context.df.callSubOrchestrator("part", file, undefined, context.df.version);
      const plain = context.df.callSubOrchestrator("plain", { file, line: "plain" });
      return { told: name, part: yield part, plain: yield plain };
    },
    part: function* part(context: OrchestrationContext): Generator<Task, unknown, unknown> {
      const file = context.df.getInput<string>();
      yield context.df.callActivity("append", { file, line: `part by ${name}` });
      return name;
    },
    plain: function* plain(context: OrchestrationContext): Generator<Task, unknown, unknown> {
      yield context.df.callActivity("append", context.df.getInput());
      return name;
    },
    again: function* again(context: OrchestrationContext): Generator<Task, unknown, unknown> {
      const { file, gate } = context.df.getInput<Journey>();
      yield context.df.callActivity("gate", gate);
      yield context.df.callActivity("append", { file, line: `again by ${name}` });
      if (gate !== file) {
        context.df.continueAsNew({ file, gate: file });
      }
      return name;
    },
  };
}

/** Registers an app that knows these versions. */
export function register(versions: Readonly<Record<string, Stories>>): void {
  for (const name of ["journey", "part", "plain", "again"]) {
    app.orchestration(name, byVersion(name, versions));
  }
  app.activity("gate", {
    handler: async (gate: string) => {
      while (!existsSync(gate)) {
        await sleep(10);
      }
    },
  });
  app.activity("append", {
    handler: ({ file, line }: { file: string; line: string }) => {
      appendFileSync(file, `${line}\n`);
    },
  });
}
