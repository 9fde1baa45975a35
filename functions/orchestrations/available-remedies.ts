import type { RemedyKind } from "../../shared/domain/diagnosis.ts";
import { mayUseConsole, type Run } from "./run.ts";

/** Remedies which this version has and the settings allow in this run. */
export function availableRemedies(run: Run): readonly RemedyKind[] {
  return mayUseConsole(run) ? ["guestDhcp", "serialConsole"] : ["guestDhcp"];
}
