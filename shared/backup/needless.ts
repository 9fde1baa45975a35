import type { Incident } from "../domain/incident.ts";

/** Whether nobody needs the snapshot of a closed incident: nothing was ever changed, and it was not handed to a person. */
export function isNeedless({ ledger, outcome }: Incident): boolean {
  return ledger.every(({ state }) => state === "untouched") && outcome?.kind !== "needsHuman";
}

/** Whether an instant has passed; one that cannot be read has not. Both are ISO 8601 UTC. */
export function isExpired(expiresAt: string, now: string): boolean {
  return Date.parse(expiresAt) < Date.parse(now);
}
