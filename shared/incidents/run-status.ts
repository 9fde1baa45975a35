import { z } from "zod";

import type { RunStatus, StepName } from "../domain/incident.ts";

/** The engine leaves out what is null in a custom status. */
const textOrNull = z.string().nullable().default(null);

const outcome = z.object({
  kind: z.enum(["healed", "healthy", "refused", "rolledBack", "needsHuman", "failed"]),
  code: z.string(),
  message: z.string(),
  nextStep: z.string(),
  remarks: z.array(z.string()),
});

const step = z.object({
  name: z.custom<StepName>((value) => typeof value === "string"),
  startedAt: z.string(),
  endedAt: textOrNull,
  state: z.enum(["running", "done", "failed"]),
  detail: textOrNull,
});

const status = z.object({
  vmId: z.string(),
  mode: z.enum(["heal", "dryRun"]),
  incidentId: textOrNull,
  steps: z.array(step),
  outcome: outcome.nullable().default(null),
});

/** The status that a run shows; null for anything else, such as the status of a run that has shown nothing yet. */
export function runStatus(customStatus: unknown): RunStatus | null {
  return status.safeParse(customStatus).data ?? null;
}
