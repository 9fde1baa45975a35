import type { LedgerEntry } from "../../shared/domain/incident.ts";
import type { IncidentStore } from "../../shared/incidents/store.ts";
import type { UnfinishedReset } from "./catalogue/signals.ts";

/** The first run after a loss finishes what was lost, so that nothing older is left to be found. */
const RECENT = 100;

const HALF_DONE = new Set<LedgerEntry["state"]>(["open", "unknown"]);

/**
 * NIC resets of a VM that runs which are gone left half done: a VM has one run at a time, and the one that asks has begun
 * none yet. Oldest first.
 */
export async function unfinishedResets(
  records: IncidentStore,
  vmId: string,
): Promise<readonly UnfinishedReset[]> {
  const incidents = await records.listIncidents({ vmId, limit: RECENT });
  return incidents
    .toReversed()
    .flatMap(({ id: incidentId, ledger }) =>
      ledger
        .filter(({ remedy, state }) => remedy === "nicReset" && HALF_DONE.has(state))
        .map((entry) => ({ incidentId, entry })),
    );
}
