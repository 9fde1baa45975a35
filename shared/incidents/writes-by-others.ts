import type { Incident, LedgerEntry } from "../domain/incident.ts";
import type { ActivityRecord } from "../domain/restart.ts";

const WRITES_NIC: ReadonlySet<LedgerEntry["remedy"]> = new Set(["nicReset", "pinAddress"]);

const NIC_WRITE = "microsoft.network/networkinterfaces/write";

/** Azure's clock and ours may differ. */
const TOLERANCE_MS = 120_000;

/**
 * When somebody else wrote a NIC. A write is ours only if both hold: our identity made it, and our ledger has an intent for
 * it, open at that time. Other tools may use the same identity, and they keep no ledger.
 */
export function writesByOthers(
  records: readonly ActivityRecord[],
  incidents: readonly Incident[],
  nicId: string,
): readonly string[] {
  const own = incidents
    .flatMap(({ ledger }) => ledger)
    .filter((entry) => WRITES_NIC.has(entry.remedy) && sameId(entry.nicId, nicId));
  return records
    .filter(({ operation }) => operation === NIC_WRITE)
    .filter((record) => !record.own || !own.some((entry) => covers(entry, record.at)))
    .map(({ at }) => at);
}

function covers({ openedAt, closedAt, state }: LedgerEntry, at: string): boolean {
  const instant = Date.parse(at);
  return (
    state !== "untouched" &&
    instant >= Date.parse(openedAt) - TOLERANCE_MS &&
    (closedAt === null || instant <= Date.parse(closedAt) + TOLERANCE_MS)
  );
}

function sameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
