import type { RemedyKind } from "../../shared/domain/diagnosis.ts";
import { mayUseConsole, type Run } from "./run.ts";

/** Remedies which this version has and the settings allow in this run. */
export function availableRemedies(run: Run): readonly RemedyKind[] {
  return [
    "guestDhcp",
    ...(mayUseConsole(run) ? (["serialConsole"] as const) : []),
    ...(run.settings.allowed.includes("restarts") ? (["nicReset"] as const) : []),
  ];
}
