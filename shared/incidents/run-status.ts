import { z } from "zod";

import type { RunStatus } from "../domain/incident.ts";

const shape = z.object({
  vmId: z.string(),
  mode: z.string(),
  steps: z.array(z.looseObject({ name: z.string() })),
});

/** The status that a run shows; null for anything else, such as the status of a run that has shown nothing yet. */
export function runStatus(customStatus: unknown): RunStatus | null {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by the run's own story; the shape was checked
  return shape.safeParse(customStatus).success ? (customStatus as RunStatus) : null;
}
