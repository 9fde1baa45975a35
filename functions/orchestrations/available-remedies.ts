import type { ResetPolicy } from "../../shared/diagnosis/reset-refusal.ts";
import type { RemedyKind } from "../../shared/domain/diagnosis.ts";
import { mayUseConsole, type Run } from "./run.ts";

/** Scripts inside Windows, each with its own undo: they need no allowance. */
const INSIDE_WINDOWS: readonly RemedyKind[] = [
  "guestDhcp",
  "setAddresses",
  "enableAdapter",
  "repairDhcpService",
  "renewLease",
];

/** Remedies which this version has and the settings allow in this run. */
export function availableRemedies(run: Run): readonly RemedyKind[] {
  return [
    ...INSIDE_WINDOWS,
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
