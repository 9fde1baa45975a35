import type { Silence } from "../../shared/domain/silence.ts";
import type { RoundTime } from "../../shared/facts/probe-round.ts";
import type { IncidentStore } from "../../shared/incidents/store.ts";
import { isLong, isLookedAt, silenceSignal } from "../../shared/signals/silence.ts";

/** How many of a VM's newest incidents are looked at. */
const RECENT = 20;

/**
 * Counts a silent round of a VM and, where that makes its silence a long one that no run has looked at, stores its signal;
 * says whether it did. Key: VM and minute. The signal's id is the same until the raising is on record, so that a crash in
 * between raises no second one.
 */
export async function countSilentRound(
  records: IncidentStore,
  vmId: string,
  time: RoundTime,
): Promise<boolean> {
  const silence = await records.countSilentRound(vmId, time.minute);
  if (!isLong(silence) || (await isLeftToPeople(records, silence, time))) {
    return false;
  }
  await records.addSignal(silenceSignal(silence, new Date().toISOString()));
  await records.markRaised(vmId, silence.raised + 1);
  return true;
}

/** Whether a silence is long and a run has looked at it less than a day ago: nothing more is raised for it. */
export async function isLeftToPeople(
  records: IncidentStore,
  silence: Silence,
  time: RoundTime,
): Promise<boolean> {
  if (!isLong(silence)) {
    return false;
  }
  const incidents = await records.listIncidents({ vmId: silence.vmId, limit: RECENT });
  return isLookedAt(silence, incidents, time);
}
