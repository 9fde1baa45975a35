import { createAzure, type Azure } from "../../../shared/azure/clients.ts";
import { cleanCommands } from "../../../shared/azure/left-commands.ts";
import { cleanSnapshots, type SnapshotFinding } from "../../../shared/backup/clean-snapshots.ts";
import { ConfigurationError } from "../../../shared/domain/errors.ts";
import type { Incident } from "../../../shared/domain/incident.ts";
import { noteDeleted, recentVms } from "../../../shared/incidents/cleaning.ts";
import { openSqliteStore } from "../../../shared/incidents/sqlite/sqlite-store.ts";
import type { Forgotten, IncidentStore } from "../../../shared/incidents/store.ts";
import { environmentVariables } from "../../../shared/settings.ts";
import type { CleanCall } from "../command-line/calls.ts";
import { userDataFolder } from "../host/data-folder.ts";
import { embeddedSettings } from "../host/embedded-settings.ts";
import { recordFile, recordFolders } from "../host/record-folders.ts";
import { findSimulator } from "../simulator/simulator-client.ts";
import type { Screen } from "../terminal/screen.ts";
import { sayClean, type CleanResult, type IncidentFinding } from "./report-clean.ts";

const DAY_MILLISECONDS = 86_400_000;
/** Incidents of one folder that a call looks at, and records that it forgets. */
const MOST = 5000;
/** How far back managed Run Commands are looked for, in days. */
const COMMAND_DAYS = 7;

/** `remediator clean`: clears up what the records in a folder name, without the engine: it starts no run. Gives the exit code. */
export async function clean(call: CleanCall, screen: Screen): Promise<number> {
  const simulator = call.simulatorUrl === null ? null : await findSimulator(call.simulatorUrl);
  const dataFolder = call.dataFolder ?? userDataFolder(environmentVariables(), process.platform);
  const choice = { dataFolder, azure: simulator ?? "configured" } as const;
  const settings = embeddedSettings(environmentVariables(), choice);
  const stores = await openStores(dataFolder);
  try {
    const now = new Date().toISOString();
    const before = daysBefore(now, settings.recordDays);
    const question = { azure: createAzure(settings), stores, now, before, dryRun: call.dryRun };
    const result = await cleanAll(question);
    sayClean(screen, result, call);
    return result.exitCode;
  } finally {
    await Promise.all(stores.map(async (store) => await store.close()));
  }
}

interface Question {
  readonly azure: Azure;
  readonly stores: readonly IncidentStore[];
  /** ISO 8601 UTC. */
  readonly now: string;
  /** Records from before it are forgotten, ISO 8601 UTC. */
  readonly before: string;
  readonly dryRun: boolean;
}

async function openStores(dataFolder: string): Promise<readonly IncidentStore[]> {
  const folders = recordFolders(dataFolder);
  if (folders.length === 0) {
    throw new ConfigurationError(`No incidents are on record in ${dataFolder}.`, {
      code: "no-records",
      nextStep: "Name the folder with --data, as it was named when the VMs were healed.",
    });
  }
  return await Promise.all(
    folders.map(async (folder) => await openSqliteStore(recordFile(folder))),
  );
}

async function cleanAll(question: Question): Promise<CleanResult> {
  const { azure, stores, now, dryRun } = question;
  const perStore = await Promise.all(
    stores.map(async (store) => await store.incidentsWithSnapshot(MOST)),
  );
  // One look at each resource group, whatever folder an incident is on record in.
  const snapshots = await cleanSnapshots(azure, { incidents: perStore.flat(), now, dryRun });
  if (!dryRun) {
    await noteAll(stores, perStore, snapshots);
  }
  const newest = (
    await Promise.all(stores.map(async (store) => await store.listIncidents({ limit: MOST })))
  ).flat();
  const commands = [];
  for (const { vmId, ended, open } of recentVms(newest, daysBefore(now, COMMAND_DAYS))) {
    const known = { endedIncidentIds: new Set(ended), openIncidentIds: new Set(open) };
    commands.push(...(await cleanCommands(azure, { vmId, ...known, dryRun })));
  }
  const incidents = await leftOpen(stores, newest);
  const forgotten = dryRun ? { signals: 0, incidents: 0 } : await forgetAll(question);
  const failed = [...snapshots, ...commands].filter(({ what }) => what === "failed").length;
  const left = incidents.length;
  const exitCode = failed + left === 0 ? 0 : 1;
  return { snapshots, commands, incidents, forgotten, failed, left, exitCode };
}

async function noteAll(
  stores: readonly IncidentStore[],
  perStore: readonly (readonly Incident[])[],
  snapshots: readonly SnapshotFinding[],
): Promise<void> {
  const gone = snapshots.filter(({ what }) => what === "deleted" || what === "gone");
  const ids = new Set(gone.map(({ snapshotId }) => snapshotId.toLowerCase()));
  for (const [index, store] of stores.entries()) {
    await noteDeleted(store, perStore[index] ?? [], ids);
  }
}

/** What only a run can end. */
async function leftOpen(
  stores: readonly IncidentStore[],
  newest: readonly Incident[],
): Promise<readonly IncidentFinding[]> {
  const open = newest
    .filter(({ closedAt }) => closedAt === null)
    .map(({ id, vmId }) => ({ incidentId: id, vmId, what: "open" as const }));
  const vmIds = (
    await Promise.all(stores.map(async (store) => await store.vmsWithUnfinished("nicReset")))
  ).flat();
  return [
    ...open,
    ...vmIds.map((vmId) => ({ incidentId: null, vmId, what: "halfDoneReset" as const })),
  ];
}

async function forgetAll({ stores, before }: Question): Promise<Forgotten> {
  const all = await Promise.all(
    stores.map(async (store) => await store.forgetBefore(before, MOST)),
  );
  return {
    signals: all.reduce((sum, { signals }) => sum + signals, 0),
    incidents: all.reduce((sum, { incidents }) => sum + incidents, 0),
  };
}

function daysBefore(instant: string, days: number): string {
  return new Date(Date.parse(instant) - days * DAY_MILLISECONDS).toISOString();
}
