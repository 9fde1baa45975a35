import type { VmSilence } from "../domain/restart.ts";

/** VMs that fall silent within so many seconds of each other may have one cause. */
const TOGETHER_SECONDS = 600;

/** How far back silences have to be known to tell which began together; instants are ISO 8601 UTC. */
export function togetherSince(own: string | null, now: string): string {
  const instant = Math.min(Date.parse(own ?? now), Date.parse(now));
  return new Date(instant - TOGETHER_SECONDS * 1000).toISOString();
}

/**
 * How many VMs fell silent within ten minutes of this one, or within the last ten minutes, this one included. A run may
 * have waited long before it asks: both count, so that neither the storm that began with it nor a new one is missed.
 */
export function silentTogether(
  silences: readonly VmSilence[],
  {
    vmId,
    since,
    now,
  }: { readonly vmId: string; readonly since: string | null; readonly now: string },
): number {
  const together = silences.filter((silence) =>
    [since, now].some((instant) => instant !== null && isClose(silence.since, instant)),
  );
  return new Set([vmId.toLowerCase(), ...together.map((silence) => silence.vmId)]).size;
}

function isClose(one: string, other: string): boolean {
  return Math.abs(Date.parse(one) - Date.parse(other)) <= TOGETHER_SECONDS * 1000;
}
