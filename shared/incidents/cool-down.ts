import type { Incident } from "../domain/incident.ts";

/**
 * Whether a VM is left alone because a run changed it less than `seconds` ago. Only incidents with a change count: those
 * whose ledger says that there was one, or that there may have been. The distance counts, so that a clock set back cannot stretch the time.
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
      ledger.some(({ state }) => state !== "untouched") &&
      Math.abs(instant - Date.parse(closedAt)) < coolDownSeconds * 1000,
  );
}
