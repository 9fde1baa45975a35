import { join } from "node:path";

import { environmentVariables } from "../../../shared/settings.ts";
import type { RunCall } from "../command-line/calls.ts";
import { exitCodeOfRun } from "../exit-codes.ts";
import { runFolder, userDataFolder } from "../host/data-folder.ts";
import { startEmbeddedHost } from "../host/embedded-host.ts";
import { openHostClient } from "../host/host-client.ts";
import type { HostClient } from "../host/host-client.ts";
import type { IncidentSummary } from "../host/host-schema.ts";
import { findSimulator } from "../simulator/simulator-client.ts";
import { watchInterrupts } from "../terminal/interrupts.ts";
import { openLiveView } from "../terminal/live-terminal.ts";
import type { Screen } from "../terminal/screen.ts";
import { followIncident, followSignal } from "./follow.ts";
import type { RunEnd, Watch } from "./follow.ts";
import { resultOfRun, sayRun } from "./report-run.ts";
import { saveEvidence } from "./save-evidence.ts";

/** `remediator heal` and `remediator diagnose`: one run on one VM, with the engine in this process. Gives the exit code. */
export async function runOnVm(call: RunCall, screen: Screen): Promise<number> {
  const simulator = call.simulatorUrl === null ? null : await findSimulator(call.simulatorUrl);
  const data = call.dataFolder ?? userDataFolder(environmentVariables(), process.platform);
  const interrupts = watchInterrupts();
  const host = await startEmbeddedHost({
    dataFolder: join(data, runFolder(call)),
    port: 0,
    azure: simulator ?? "configured",
    allow: call.console ? ["console"] : [],
  });
  try {
    const client = openHostClient(host.url);
    const end = await watchRun(call, client, { screen, leave: interrupts.signal });
    const exitCode = exitCodeOfRun(call, end);
    const result = resultOfRun(call.vmId, end, exitCode);
    sayRun(screen, result);
    const evidenceFolder = await saveEvidence(host.url, result, data);
    if (evidenceFolder !== null) {
      screen.line(`Evidence saved in ${evidenceFolder}`);
    }
    screen.record({ ...result, evidenceFolder });
    return exitCode;
  } finally {
    await host.stop();
    interrupts.dispose();
  }
}

async function watchRun(
  call: RunCall,
  client: HostClient,
  { screen, leave }: { readonly screen: Screen; readonly leave: AbortSignal },
): Promise<RunEnd> {
  const open = (await client.openIncidents()).find((incident) => isSameWork(call, incident));
  const watch: Omit<Watch, "view"> = { client, leave };
  if (open !== undefined && !call.console && !call.pinAddress) {
    screen.say(`Going on with incident ${open.id}, opened at ${open.openedAt} and not ended yet.`);
    screen.record({ type: "resumed", incidentId: open.id, openedAt: open.openedAt });
    return await shown(screen, async (view) => await followIncident({ ...watch, view }, open.id));
  }
  // A wish that the open run may not know goes along as a request: that run answers it, or the next one does.
  const { vmId, dryRun, readGuest, console, pinAddress } = call;
  const signalId = await client.request({ vmId, dryRun, readGuest, console, pinAddress });
  screen.say(introduction(call));
  screen.record({ type: "accepted", signalId, vmId, dryRun, readGuest });
  return await shown(screen, async (view) => await followSignal({ ...watch, view }, signalId));
}

async function shown(
  screen: Screen,
  follow: (view: Watch["view"]) => Promise<RunEnd>,
): Promise<RunEnd> {
  const view = openLiveView(screen);
  try {
    return await follow(view);
  } finally {
    view.close();
  }
}

function isSameWork(call: RunCall, incident: IncidentSummary): boolean {
  const mode = call.dryRun ? "dryRun" : "heal";
  return incident.mode === mode && incident.vmId.toLowerCase() === call.vmId.toLowerCase();
}

function introduction({ vmId, dryRun, readGuest, console }: RunCall): string {
  const name = vmId.slice(vmId.lastIndexOf("/") + 1);
  if (!dryRun) {
    return `Healing ${name}: snapshot first, then the change, then the proof.`;
  }
  if (console) {
    return `Looking at ${name}. Only reads, with a read-only script, else at its serial console, which may throw out who works there; no snapshot, no change.`;
  }
  return readGuest
    ? `Looking at ${name}. Only reads, and one Run Command with a read-only script; no snapshot, no change.`
    : `Looking at ${name}. Only reads; no Run Command, no snapshot, no change.`;
}
