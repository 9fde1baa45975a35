import { rollbackEntries } from "../../shared/incidents/rollback.ts";
import * as restoreStatic from "../../shared/remedies/restore-static/restore-static.ts";
import type { Services } from "../services.ts";
import type { ActivityCatalogue } from "./catalogue.ts";

type In<Name extends keyof ActivityCatalogue> = ActivityCatalogue[Name]["input"];
type Out<Name extends keyof ActivityCatalogue> = Promise<ActivityCatalogue[Name]["output"]>;

/** How many of a VM's newest incidents are looked at for later changes. */
const RECENT = 100;

/** What an incident left changed, or why the records forbid a rollback. Reads only. */
export async function findRollback(
  { vmId, incidentId, ownIncidentId }: In<"findRollback">,
  { store }: Services,
): Out<"findRollback"> {
  const records = await store();
  const incident = await records.getIncident(incidentId);
  const others = await records.listIncidents({ vmId, limit: RECENT });
  const ofVm = incident?.vmId === vmId.toLowerCase() ? incident : undefined;
  return rollbackEntries(
    ofVm,
    others.filter(({ id }) => id !== ownIncidentId),
  );
}

/** Hands the script to Run Command that puts a static configuration back. Run twice, the script finds its own work. */
export async function startRestore(
  request: In<"startRestore">,
  { azure, settings }: Services,
): Out<"startRestore"> {
  const start = await restoreStatic.startRestore(await azure(), request, settings);
  if (start.kind === "started" || start.kind === "busy") {
    return start;
  }
  const { code, message, nextStep } = start;
  return { kind: "unavailable", code, message: `${message} ${nextStep}` };
}

/** One look at it. Reads only. */
export async function pollRestore(
  { vmId, operation }: In<"pollRestore">,
  { azure }: Services,
): Out<"pollRestore"> {
  return await restoreStatic.pollRestore(await azure(), vmId, operation);
}
