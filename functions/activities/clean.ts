import { cleanCommands, type CommandFinding } from "../../shared/azure/left-commands.ts";
import { cleanSnapshots, type SnapshotFinding } from "../../shared/backup/clean-snapshots.ts";
import { armedTasks, noteDeleted, recentVms } from "../../shared/incidents/cleaning.ts";
import type { Services } from "../services.ts";
import type { ActivityCatalogue, Tell } from "./catalogue.ts";

type In<Name extends keyof ActivityCatalogue> = ActivityCatalogue[Name]["input"];
type Out<Name extends keyof ActivityCatalogue> = Promise<ActivityCatalogue[Name]["output"]>;

const DAY_MILLISECONDS = 86_400_000;
/** Incidents with snapshots, and the newest incidents, that a round looks at. */
const MOST = 1000;
/** Records that one round forgets. */
const MOST_FORGOTTEN = 500;
/** VMs whose managed Run Commands one round looks at: those with an incident of the last day. */
const MOST_VMS = 50;

/**
 * Deletes what ended incidents left in Azure: snapshots and managed Run Commands. Key: their ids, their tags and the
 * incidents on record; what is gone is fine.
 */
export async function cleanAzure(
  { now }: In<"cleanAzure">,
  { azure, store }: Services,
  tell: Tell,
): Out<"cleanAzure"> {
  const records = await store();
  const client = await azure();
  const incidents = await records.incidentsWithSnapshot(MOST);
  const snapshots = await cleanSnapshots(client, { incidents, now, dryRun: false });
  const gone = snapshots.filter(({ what }) => what === "deleted" || what === "gone");
  await noteDeleted(records, incidents, new Set(gone.map(idOf)));
  const newest = await records.listIncidents({ limit: MOST });
  const since = new Date(Date.parse(now) - DAY_MILLISECONDS).toISOString();
  const commands: CommandFinding[] = [];
  for (const { vmId, ended, open } of recentVms(newest, since).slice(0, MOST_VMS)) {
    const question = {
      vmId,
      endedIncidentIds: new Set(ended),
      openIncidentIds: new Set(open),
      dryRun: false,
    };
    commands.push(...(await cleanCommands(client, question)));
  }
  tellOf(tell, [...snapshots, ...commands]);
  for (const { id, vmId } of armedTasks(recent(newest, since))) {
    tell("taskMayBeArmed", { incidentId: id, vmId });
  }
  return {
    snapshotsDeleted: snapshots.filter(({ what }) => what === "deleted").length,
    commandsDeleted: commands.filter(({ what }) => what === "deleted").length,
    failed: [...snapshots, ...commands].filter(({ what }) => what === "failed").length,
  };
}

/** VMs that a run which is gone left in the middle of a NIC reset. Reads only. */
export async function findUnfinished(
  _input: In<"findUnfinished">,
  { store }: Services,
): Out<"findUnfinished"> {
  return { vmIds: await (await store()).vmsWithUnfinished("nicReset") };
}

/** Forgets old records. Key: their age; what is forgotten is not found again. */
export async function forgetOld(
  { now }: In<"forgetOld">,
  { store, settings }: Services,
): Out<"forgetOld"> {
  const before = new Date(Date.parse(now) - settings.recordDays * DAY_MILLISECONDS).toISOString();
  return await (await store()).forgetBefore(before, MOST_FORGOTTEN);
}

function idOf({ snapshotId }: SnapshotFinding): string {
  return snapshotId.toLowerCase();
}

function recent<Item extends { readonly closedAt: string | null }>(
  incidents: readonly Item[],
  since: string,
): readonly Item[] {
  return incidents.filter(({ closedAt }) => closedAt !== null && closedAt >= since);
}

function tellOf(tell: Tell, findings: readonly (SnapshotFinding | CommandFinding)[]): void {
  for (const finding of findings.filter(({ what }) => what !== "kept")) {
    tell("cleaned", finding);
  }
}
