import type { Incident } from "../domain/incident.ts";

/**
 * Whether a VM is left alone because a run changed it less than `seconds` ago. Only incidents with a change count: those
 * with an entry in their ledger. The distance counts, so that a clock set back cannot stretch the time.
 */
export function inCoolDown(
  incidents: readonly Incident[],
  now: string,
  coolDownSeconds: number,
): boolean {
  const instant = Date.parse(now);
  return incidents.some(
    ({ closedAt, ledger }) =>
      closedAt !== null &&
      ledger.length > 0 &&
      Math.abs(instant - Date.parse(closedAt)) < coolDownSeconds * 1000,
  );
}
