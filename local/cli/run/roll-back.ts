import { InvalidInputError } from "../../../shared/domain/errors.ts";
import { openSqliteStore } from "../../../shared/incidents/sqlite/sqlite-store.ts";
import { environmentVariables } from "../../../shared/settings.ts";
import type { RollbackCall } from "../command-line/calls.ts";
import { exitCodeOfRollback } from "../exit-codes.ts";
import { userDataFolder } from "../host/data-folder.ts";
import { startEmbeddedHost } from "../host/embedded-host.ts";
import { openHostClient } from "../host/host-client.ts";
import { recordFile, recordFolders } from "../host/record-folders.ts";
import { findSimulator } from "../simulator/simulator-client.ts";
import { watchInterrupts } from "../terminal/interrupts.ts";
import { openLiveView } from "../terminal/live-terminal.ts";
import type { Screen } from "../terminal/screen.ts";
import { followSignal } from "./follow.ts";
import { resultOfRun, sayRun } from "./report-run.ts";

/** `remediator rollback`: takes an incident's changes back, with the engine in this process. Gives the exit code. */
export async function rollBack(call: RollbackCall, screen: Screen): Promise<number> {
  const { incidentId, dryRun } = call;
  const simulator = call.simulatorUrl === null ? null : await findSimulator(call.simulatorUrl);
  const data = call.dataFolder ?? userDataFolder(environmentVariables(), process.platform);
  const { folder: dataFolder, vmId } = await findIncident(data, incidentId);
  const interrupts = watchInterrupts();
  const host = await startEmbeddedHost({ dataFolder, port: 0, azure: simulator ?? "configured" });
  const view = openLiveView(screen);
  try {
    const client = openHostClient(host.url);
    const signalId = await client.rollback(incidentId, { dryRun });
    screen.say(`Taking back what incident ${incidentId} changed, if that is safe.`);
    screen.record({ type: "accepted", signalId, incidentId, vmId, dryRun });
    const end = await followSignal({ client, view, leave: interrupts.signal }, signalId);
    const exitCode = exitCodeOfRollback(end);
    view.close();
    const result = resultOfRun(vmId, end, exitCode);
    sayRun(screen, result);
    screen.record(result);
    return exitCode;
  } finally {
    view.close();
    await host.stop();
    interrupts.dispose();
  }
}

async function findIncident(
  dataFolder: string,
  incidentId: string,
): Promise<{ readonly folder: string; readonly vmId: string }> {
  for (const folder of recordFolders(dataFolder)) {
    const store = await openSqliteStore(recordFile(folder));
    try {
      const incident = await store.getIncident(incidentId);
      if (incident !== undefined) {
        return { folder, vmId: incident.vmId };
      }
    } finally {
      await store.close();
    }
  }
  const message = `There is no incident ${incidentId} on record in ${dataFolder}.`;
  throw new InvalidInputError(message, {
    code: "incident-not-found",
    nextStep: "Check the id; name the folder with --data if it is another one.",
    problems: [message],
  });
}
