import type { LedgerEntry } from "../../domain/incident.ts";
import type { GhostAdapter } from "../../domain/other-causes.ts";
import type { GhostRemoval } from "../../guest/further-envelope.ts";

/** What a ledger entry for the removal of a ghost is made from. */
export interface GhostIntent {
  readonly incidentId: string;
  /** The NIC that was reset. */
  readonly nicId: string;
  readonly ghost: GhostAdapter;
  /** ISO 8601 UTC. */
  readonly openedAt: string;
}

/** The intent of removing one ghost, to be written before it. Its id follows from the incident and the device. */
export function ghostLedgerEntry({ incidentId, nicId, ghost, openedAt }: GhostIntent): LedgerEntry {
  return {
    id: `${incidentId}:ghost:${ghost.id.toLowerCase()}`,
    remedy: "ghostAdapters",
    nicId,
    intent: `Remove the greyed device "${ghost.name}" (${ghost.id}) from Windows.`,
    before: { ghost },
    undo: "None is needed: the device is gone, and a ghost cannot be made again. Windows finds what is there at its next scan (pnputil /scan-devices). All else is in the snapshot.",
    openedAt,
    closedAt: null,
    state: "open",
    result: null,
  };
}

/** The entry once the script has answered; one that is not listed any more counts as removed, also by an earlier try. */
export function closedGhostEntry(
  entry: LedgerEntry,
  end: GhostRemoval["end"] | "not-sent" | "unknown",
  { closedAt, message }: { readonly closedAt: string; readonly message: string },
): LedgerEntry {
  const ends = {
    removed: ["done", "Windows does not show it any more."],
    "left-alone": ["done", "Windows did not show it any more."],
    stayed: ["untouched", "Windows did not let it go."],
    "not-sent": ["untouched", message],
    unknown: ["unknown", message],
  } as const;
  const [state, result] = ends[end];
  return { ...entry, closedAt, state, result };
}
