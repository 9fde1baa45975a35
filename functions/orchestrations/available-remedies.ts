import type { ResetPolicy } from "../../shared/diagnosis/reset-refusal.ts";
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

/** What the settings allow of NIC resets beyond the plain case. */
export function resetsAllowed({ settings }: Run): ResetPolicy {
  return {
    unread: settings.allowed.includes("restarts-unread"),
    pooled: settings.allowed.includes("restarts-pooled"),
  };
}
