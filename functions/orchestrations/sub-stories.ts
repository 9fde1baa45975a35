import type { OrchestrationContext, Task } from "durable-functions";

import type { GuestReading, Probe } from "../../shared/domain/facts.ts";
import type { IndirectTarget } from "../../shared/domain/signal.ts";
import type { Belonging } from "../activities/catalogue.ts";
import type { BootLook } from "../activities/catalogue/evidence.ts";
import { belongTo, withBelonging } from "./belonging.ts";
import { nowOf } from "./clock.ts";
import type { SilenceQuestion } from "./confirm-silence.ts";
import type { BootQuestion } from "./keep-boot.ts";
import type { BackupQuestion } from "./make-backup.ts";
import type { GuestQuestion } from "./read-guest.ts";
import type { BackupResult } from "./run.ts";
import { versionOf } from "./version-of.ts";

/** Orchestrations by name, with what goes in and what comes out. */
interface Stories {
  readonly healVm: { readonly input: { readonly vmId: string }; readonly output: unknown };
  readonly resolveTarget: {
    readonly input: { readonly target: IndirectTarget };
    readonly output: unknown;
  };
  readonly tellClosed: {
    readonly input: { readonly incidentId: string; readonly retrySeconds: number };
    readonly output: unknown;
  };
  readonly probeMinute: { readonly input: { readonly minute: number }; readonly output: unknown };
  readonly confirmSilence: { readonly input: SilenceQuestion; readonly output: Probe };
  readonly readGuest: { readonly input: GuestQuestion; readonly output: GuestReading };
  readonly keepBoot: { readonly input: BootQuestion; readonly output: BootLook };
  readonly makeBackup: { readonly input: BackupQuestion; readonly output: BackupResult };
}

/** What a sub-story gave, and when, ISO 8601 UTC: the caller may come to look at it later. */
export interface Ended<Output> {
  readonly result: Output;
  readonly endedAt: string;
}

type SubStory = "confirmSilence" | "readGuest" | "keepBoot" | "makeBackup";

/** What the orchestration of that name was started with. */
export function inputOf<Name extends keyof Stories>(
  context: OrchestrationContext,
  _name: Name,
): Stories[Name]["input"] {
  return context.df.getInput<Stories[Name]["input"]>();
}

/**
 * Starts a sub-story beside the caller's own; wait for it with `resultOf`. It gets the caller's version: by itself the
 * engine would give it the newest, which an older caller may not understand.
 */
export function startStory<Name extends SubStory>(
  context: OrchestrationContext,
  name: Name,
  input: Stories[Name]["input"],
): Task {
  const told = withBelonging(context, input);
  return context.df.callSubOrchestrator(name, told, undefined, versionOf(context));
}

/** Waits for a sub-story that was started under that name. */
export function* resultOf<Name extends SubStory>(
  _name: Name,
  task: Task,
): Generator<Task, Ended<Stories[Name]["output"]>, unknown> {
  const result: unknown = yield task;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the list above types both ends
  return result as Ended<Stories[Name]["output"]>;
}

/** Makes an orchestration of a part of the story, so that it can run beside the rest. */
export function subStory<Name extends SubStory>(
  name: Name,
  tell: (
    context: OrchestrationContext,
    input: Stories[Name]["input"],
  ) => Generator<Task, Stories[Name]["output"], unknown>,
): (context: OrchestrationContext) => Generator<Task, Ended<Stories[Name]["output"]>, unknown> {
  return function* told(context) {
    const input: Stories[Name]["input"] & { readonly belonging?: Belonging } = inputOf(
      context,
      name,
    );
    belongTo(context, input.belonging?.incidentId);
    const result = yield* tell(context, input);
    return { result, endedAt: nowOf(context) };
  };
}
