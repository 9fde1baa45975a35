import type { CommandFinding } from "../../../shared/azure/left-commands.ts";
import type { SnapshotFinding } from "../../../shared/backup/clean-snapshots.ts";
import type { Forgotten } from "../../../shared/incidents/store.ts";
import type { CleanCall } from "../command-line/calls.ts";
import type { Screen } from "../terminal/screen.ts";

/** An incident that has no end, or a NIC that a lost run left in the middle of a reset. */
export interface IncidentFinding {
  readonly incidentId: string | null;
  readonly vmId: string;
  readonly what: "open" | "halfDoneReset";
}

/** What a call of `clean` found and did. */
export interface CleanResult {
  readonly snapshots: readonly SnapshotFinding[];
  readonly commands: readonly CommandFinding[];
  readonly incidents: readonly IncidentFinding[];
  readonly forgotten: Forgotten;
  readonly failed: number;
  readonly left: number;
  readonly exitCode: number;
}

const WORDS: Readonly<Record<SnapshotFinding["what"], string>> = {
  deleted: "Deleted",
  wouldDelete: "Would delete",
  gone: "Gone already",
  kept: "Kept",
  foreign: "Foreign, left alone",
  failed: "Not deleted",
  later: "For the next call",
};

/** Writes it for people, or one object a line for programs. */
export function sayClean(screen: Screen, result: CleanResult, call: CleanCall): void {
  const { snapshots, commands, incidents, forgotten, failed, left, exitCode } = result;
  for (const finding of snapshots) {
    screen.say(`${WORDS[finding.what]}: snapshot ${finding.snapshotName}. ${finding.why}`);
    screen.record({ type: "snapshot", ...finding });
  }
  for (const finding of commands) {
    screen.say(`${WORDS[finding.what]}: managed Run Command ${finding.name}. ${finding.why}`);
    screen.record({ type: "command", ...finding });
  }
  for (const finding of incidents) {
    screen.say(`${incidentText(finding)} Go on: remediator heal ${finding.vmId}`);
    screen.record({ type: "incident", ...finding });
  }
  const deleted = [...snapshots, ...commands].filter(({ what }) => what === "deleted").length;
  screen.say(summary(call, { deleted, forgotten }));
  screen.record({ type: "result", deleted, failed, left, forgotten, exitCode });
}

function incidentText({ incidentId, what }: IncidentFinding): string {
  return what === "open"
    ? `Incident ${incidentId} has no end.`
    : "A NIC is left in the middle of a reset.";
}

function summary(
  { dryRun }: CleanCall,
  { deleted, forgotten }: { readonly deleted: number; readonly forgotten: Forgotten },
): string {
  return dryRun
    ? "Dry run: nothing was deleted."
    : `Deleted in Azure: ${deleted}. Old records forgotten: ${forgotten.incidents} incidents, ${forgotten.signals} signals.`;
}
