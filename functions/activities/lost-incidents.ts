import { handOffOf } from "../../shared/diagnosis/hand-off.ts";
import { mayBeLeft, type Incident } from "../../shared/domain/incident.ts";
import type { Outcome } from "../../shared/domain/outcome.ts";
import type { IncidentStore } from "../../shared/incidents/store.ts";

/** An activity may run a second time a little later, when this run's own incident is open: that one is younger. */
const YOUNGEST_SECONDS = 600;

/**
 * Closes the incidents of a VM whose runs are gone, for example after a defect: a VM has one run at a time, and the one
 * that asks has opened none yet. Key: the incidents' ids; a closed one keeps its outcome.
 */
export async function closeLostIncidents(records: IncidentStore, vmId: string): Promise<void> {
  const now = new Date();
  for (const incident of await records.listIncidents({ vmId, open: true, limit: 20 })) {
    if (now.getTime() - Date.parse(incident.openedAt) > YOUNGEST_SECONDS * 1000) {
      const outcome = outcomeOfLost(incident);
      const handOff = handOffOf({ incident, outcome, now: null, tenantId: null });
      const patch = {
        outcome: { ...outcome, ...(handOff && { handOff }) },
        closedAt: now.toISOString(),
      };
      await records.updateIncident(incident.id, patch);
    }
  }
}

function outcomeOfLost({ id, ledger, backup }: Incident): Outcome {
  const changes = ledger.filter((entry) => mayBeLeft(entry));
  const snapshot = backup === null ? "" : ` Its snapshot is ${backup.snapshotName}.`;
  return {
    kind: changes.length > 0 ? "needsHuman" : "failed",
    code: "run-lost",
    message: `The run of incident ${id} ended without an outcome.${snapshot}`,
    nextStep:
      changes.length > 0
        ? `Look at the VM: a change was begun, and nobody proved its end. ${changes.map(({ intent, undo }) => `${intent} To put it back: ${undo}`).join(" ")}`
        : "Nothing was changed. Report this as a defect of the program.",
    remarks: [],
  };
}
