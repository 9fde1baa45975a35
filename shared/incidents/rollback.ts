import type { Refusal } from "../domain/diagnosis.ts";
import type { Incident, LedgerEntry } from "../domain/incident.ts";

/** What an incident changed, newest first; or why it is not for a rollback, by the records alone. */
export type RollbackEntries =
  | { readonly kind: "entries"; readonly entries: readonly LedgerEntry[] }
  | ({ readonly kind: "refused" } & Refusal);

/** Whether an incident's changes may be taken back, as far as the records tell. `others`: of the same VM. */
export function rollbackEntries(
  incident: Incident | undefined,
  others: readonly Incident[],
): RollbackEntries {
  if (incident === undefined) {
    return refused(
      "incident-not-found",
      "The incident is not on record any more.",
      "Look at the VM instead: remediator diagnose VM_ID",
    );
  }
  const { id, closedAt, openedAt, ledger } = incident;
  if (closedAt === null) {
    const nextStep = "Wait until it has ended; then ask again.";
    return refused("incident-open", `Incident ${id} has not ended yet.`, nextStep);
  }
  const unclear = ledger.find(({ state }) => state === "open" || state === "unknown");
  if (unclear !== undefined) {
    return refused(
      "rollback-unclear",
      `It is not known what became of a change of incident ${id}: ${unclear.intent}`,
      `Look at the VM first: remediator diagnose VM_ID. To put it back by hand: ${unclear.undo}`,
    );
  }
  const newer = others.find((other) => other.openedAt > openedAt && hasChanges(other));
  if (newer !== undefined) {
    return refused(
      "newer-change",
      `Incident ${newer.id} changed the VM after incident ${id}.`,
      `Take the newest one back first: remediator rollback ${newer.id}`,
    );
  }
  const entries = ledger.filter(({ state }) => state === "done").toReversed();
  const nothing = `Incident ${id} left nothing changed.`;
  return entries.length === 0
    ? refused("nothing-to-roll-back", nothing, "Nothing: there is nothing to be put back.")
    : { kind: "entries", entries };
}

function hasChanges({ ledger }: Incident): boolean {
  return ledger.some(({ state }) => state !== "untouched" && state !== "undone");
}

function refused(code: string, message: string, nextStep: string): RollbackEntries {
  return { kind: "refused", code, message, nextStep };
}
