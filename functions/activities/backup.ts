import * as endSnapshot from "../../shared/backup/end-snapshot.ts";
import { otherRun } from "../../shared/backup/other-run.ts";
import * as snapshot from "../../shared/backup/snapshot.ts";
import type { Services } from "../services.ts";
import type { ActivityCatalogue } from "./catalogue.ts";

type In<Name extends keyof ActivityCatalogue> = ActivityCatalogue[Name]["input"];
type Out<Name extends keyof ActivityCatalogue> = Promise<ActivityCatalogue[Name]["output"]>;

/** Asks for the snapshot of the OS disk. Key: its name, which comes from the incident; an existing one is taken up. */
export async function startSnapshot(
  { facts, incidentId, openedAt }: In<"startSnapshot">,
  { azure, settings }: Services,
): Out<"startSnapshot"> {
  const request = { facts, incidentId, now: openedAt, days: settings.snapshotDays };
  return await snapshot.startSnapshot(await azure(), request);
}

/** One look at the snapshot. Reads only. */
export async function pollSnapshot(
  { record, operation }: In<"pollSnapshot">,
  { azure }: Services,
): Out<"pollSnapshot"> {
  return await snapshot.pollSnapshot(await azure(), record, operation);
}

/** Another run of this program which holds the VM. Reads only. */
export async function findOtherRun(
  { facts, incidentId }: In<"findOtherRun">,
  { azure }: Services,
): Out<"findOtherRun"> {
  return await otherRun(await azure(), facts, incidentId, new Date().toISOString());
}

/** Deletes a needless snapshot. Key: its id and its incident's tag; one that is gone is fine. */
export async function dropSnapshot(
  { incidentId, record }: In<"dropSnapshot">,
  { azure }: Services,
): Out<"dropSnapshot"> {
  await endSnapshot.deleteSnapshot(await azure(), { snapshotId: record.snapshotId, incidentId });
  return null;
}

/** Marks a snapshot's run as ended. Key: its id and its incident's tag. */
export async function closeSnapshot(
  { incidentId, record }: In<"closeSnapshot">,
  { azure }: Services,
): Out<"closeSnapshot"> {
  const owned = { snapshotId: record.snapshotId, incidentId };
  await endSnapshot.closeSnapshot(await azure(), owned, new Date().toISOString());
  return null;
}
