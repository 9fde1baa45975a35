import type { Services } from "../services.ts";
import type { ActivityCatalogue } from "./catalogue.ts";
import { takeLateSignals } from "./signals.ts";

type In<Name extends keyof ActivityCatalogue> = ActivityCatalogue[Name]["input"];
type Out<Name extends keyof ActivityCatalogue> = Promise<ActivityCatalogue[Name]["output"]>;

/** Keeps what a run knows so far. Key: the incident's id; the same patch twice leaves the same record. */
export async function saveIncident(
  { incidentId, patch }: In<"saveIncident">,
  { store }: Services,
): Out<"saveIncident"> {
  await (await store()).updateIncident(incidentId, patch);
  return null;
}

/** Writes an intent or its result. Key: the entry's id. */
export async function writeLedger(
  { incidentId, entry }: In<"writeLedger">,
  { store }: Services,
): Out<"writeLedger"> {
  await (await store()).writeLedger(incidentId, entry);
  return null;
}

/** Puts the outcome on record, and takes the late signals which it answers. Key: the incident's id. */
export async function closeIncident(
  { incidentId, patch, scope }: In<"closeIncident">,
  { store }: Services,
): Out<"closeIncident"> {
  const records = await store();
  await takeLateSignals(records, scope, incidentId);
  await records.updateIncident(incidentId, patch);
  const pending = await records.pendingSignals(scope.vmId);
  return { morePending: pending.length > 0 };
}
