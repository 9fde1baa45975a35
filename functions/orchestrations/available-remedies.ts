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
