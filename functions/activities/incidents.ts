import { incidentClosedEvent } from "../../shared/incidents/lifecycle.ts";
import type { Services } from "../services.ts";
import type { ActivityCatalogue, Tell } from "./catalogue.ts";
import { findPending, takeLateSignals } from "./signals.ts";

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

/**
 * Puts the outcome on record, takes the late signals which it answers, and tells the log. Key: the incident's id, which
 * is the event's id too.
 */
export async function closeIncident(
  { incidentId, patch, scope }: In<"closeIncident">,
  services: Services,
  tell: Tell,
): Out<"closeIncident"> {
  const records = await services.store();
  await takeLateSignals(records, scope, incidentId);
  await records.updateIncident(incidentId, patch);
  const closed = await records.getIncident(incidentId);
  if (closed !== undefined) {
    tell("incidentClosed", incidentClosedEvent(closed));
  }
  const tellTopic = services.settings.eventTopic !== null;
  return { ...(await findPending(scope, services)), ...(tellTopic && { tell: true }) };
}
