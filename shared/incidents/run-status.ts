import { z } from "zod";

import type { RunStatus, StepName } from "../domain/incident.ts";

/** The engine leaves out what is null in a custom status. */
const textOrNull = z.string().nullable().default(null);

const handOffSchema = z.object({
  found: z.array(z.string()),
  tried: z.array(
    z.object({
      what: z.string(),
      state: z.enum(["open", "done", "undone", "untouched", "unknown"]),
      result: z.string().nullable(),
      undo: z.string().nullable(),
    }),
  ),
  now: z.array(z.string()),
  nextSteps: z.array(z.string()),
  links: z.object({ serialConsole: z.string(), networking: z.string() }),
  restore: z.array(z.string()),
});

/** An outcome as data from outside. */
export const outcomeSchema = z.object({
  kind: z.enum(["healed", "healthy", "refused", "rolledBack", "needsHuman", "failed"]),
  code: z.string(),
  message: z.string(),
  nextStep: z.string(),
  remarks: z.array(z.string()),
  handOff: handOffSchema.optional(),
});

/** A step as data from outside. */
export const stepSchema = z.object({
  name: z.custom<StepName>((value) => typeof value === "string"),
  startedAt: z.string(),
  endedAt: textOrNull,
  state: z.enum(["running", "done", "failed"]),
  detail: textOrNull,
});

/** What a run is for, as data from outside. */
export const modeSchema = z.enum(["heal", "dryRun"]);

/** What a run shows of itself, as data from outside. */
export const runStatusSchema = z.object({
  vmId: z.string(),
  mode: modeSchema,
  incidentId: textOrNull,
  steps: z.array(stepSchema),
  // The status is small: the record has the hand-off.
  outcome: outcomeSchema.omit({ handOff: true }).nullable().default(null),
});

/** The status that a run shows; null for anything else, such as the status of a run that has shown nothing yet. */
export function runStatus(customStatus: unknown): RunStatus | null {
  return runStatusSchema.safeParse(customStatus).data ?? null;
}
