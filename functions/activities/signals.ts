import type { RunScope, Signal } from "../../shared/domain/signal.ts";
import { inCoolDown } from "../../shared/incidents/cool-down.ts";
import type { IncidentStore } from "../../shared/incidents/store.ts";
import type { Settings } from "../../shared/settings.ts";
import { answeredBy, purposeOf } from "../../shared/signals/purpose.ts";
import type { Services } from "../services.ts";
import type { ActivityCatalogue } from "./catalogue.ts";
import type { RunSettings } from "./catalogue/signals.ts";
import { closeLostIncidents } from "./lost-incidents.ts";
import { unfinishedResets } from "./unfinished-resets.ts";

type In<Name extends keyof ActivityCatalogue> = ActivityCatalogue[Name]["input"];
type Out<Name extends keyof ActivityCatalogue> = Promise<ActivityCatalogue[Name]["output"]>;

/** How many of a VM's newest incidents are looked at for the cool-down. */
const RECENT = 100;

/** Says what the run of a VM is for. Key: the VM; signals in the cool-down become ignored, which a second look keeps. */
export async function lookForSignals(
  { vmId }: In<"lookForSignals">,
  { store, settings }: Services,
): Out<"lookForSignals"> {
  const records = await store();
  await closeLostIncidents(records, vmId);
  const pending = await withoutCooledDown(records, vmId, settings);
  const purpose = purposeOf(pending);
  const unfinished = await unfinishedResets(records, vmId);
  return purpose === null && unfinished.length === 0
    ? null
    : { purpose, settings: runSettings(settings), unfinished };
}

/** Ignores the signals of a VM that answered. Key: the signals' ids. */
export async function ignoreAsHealthy(
  scope: In<"ignoreAsHealthy">,
  { store }: Services,
): Out<"ignoreAsHealthy"> {
  const records = await store();
  const message = "The VM answered the probe, so nothing was done.";
  const settled = await answeredPending(records, scope);
  await records.settleSignals(settled, { kind: "ignored", reason: "healthy", message });
  if (settled.length > 0) {
    await records.count("healthy");
  }
  return null;
}

/** Opens an incident and takes its signals. Key: the incident's id. */
export async function openIncident(
  { incident, scope }: In<"openIncident">,
  { store }: Services,
): Out<"openIncident"> {
  const records = await store();
  const found = scope.purpose.signalIds;
  await records.openIncident({ ...incident, signalIds: found });
  await records.settleSignals(found, { kind: "taken", incidentId: incident.id });
  return null;
}

/**
 * Takes what the run answers of the signals that came since. The incident names them first: a second try, after a crash
 * between the two, would find none of them pending. Key: the signals' ids.
 */
export async function takeLateSignals(
  records: IncidentStore,
  scope: RunScope,
  incidentId: string,
): Promise<void> {
  const late = await answeredPending(records, scope);
  if (late.length > 0) {
    const known = (await records.getIncident(incidentId))?.signalIds ?? [];
    const signalIds = [...new Set([...known, ...late])];
    await records.updateIncident(incidentId, { signalIds });
    await records.settleSignals(late, { kind: "taken", incidentId });
  }
}

/** Hands a target's pending signals to its VM; without one they are ignored. Key: the signals' ids. */
export async function handSignalsOn(
  { target, owner }: In<"handSignalsOn">,
  { store }: Services,
): Out<"handSignalsOn"> {
  const records = await store();
  const ids = (await records.pendingSignalsOfTarget(target)).map((signal) => signal.id);
  if (owner.kind === "none") {
    const { reason, message } = owner;
    await records.settleSignals(ids, { kind: "ignored", reason, message });
  } else {
    for (const id of ids) {
      await records.setSignalVm(id, owner.vmId, owner.nicId);
    }
  }
  return { count: ids.length };
}

/** Whether signals of a VM are pending which a run that ends goes on with; none while runs are paused. Reads only. */
export async function findPending(
  { vmId }: In<"findPending">,
  { store, settings }: Services,
): Out<"findPending"> {
  const records = await store();
  return { morePending: !settings.paused && (await records.pendingSignals(vmId)).length > 0 };
}

/** Ids of the pending signals which the run answers. */
async function answeredPending(
  records: IncidentStore,
  scope: RunScope,
): Promise<readonly string[]> {
  const pending = await records.pendingSignals(scope.vmId);
  return pending.filter((signal) => answeredBy(signal, scope)).map((signal) => signal.id);
}

async function withoutCooledDown(
  records: IncidentStore,
  vmId: string,
  settings: Settings,
): Promise<readonly Signal[]> {
  const pending = await records.pendingSignals(vmId);
  const recent = await records.listIncidents({ vmId, open: false, limit: RECENT });
  if (!inCoolDown(recent, new Date().toISOString(), settings.coolDownSeconds)) {
    return pending;
  }
  const cooledDown = pending.filter((signal) => signal.source !== "operator").map(({ id }) => id);
  const message = `The VM was changed by a run less than ${settings.coolDownSeconds} s ago.`;
  await records.settleSignals(cooledDown, { kind: "ignored", reason: "cool-down", message });
  return pending.filter((signal) => signal.source === "operator");
}

function runSettings(settings: Settings): RunSettings {
  const { probe, ...rest } = settings;
  return {
    mode: rest.mode,
    allowed: rest.allowed,
    consoleLogin: rest.consoleSecret !== null,
    scope: rest.scope,
    settleSeconds: rest.settleSeconds,
    guestReadSeconds: rest.guestReadSeconds,
    guestSwitchSeconds: rest.guestSwitchSeconds,
    deadManSeconds: rest.deadManSeconds,
    secondProbeSeconds: rest.secondProbeSeconds,
    pollSeconds: rest.pollSeconds,
    snapshotTimeoutSeconds: rest.snapshotTimeoutSeconds,
    snapshotDays: rest.snapshotDays,
    retrySeconds: rest.retrySeconds,
    unreadSilenceSeconds: rest.unreadSilenceSeconds,
    unreadUptimeSeconds: rest.unreadUptimeSeconds,
    restartWaitSeconds: rest.restartWaitSeconds,
    probeCount: probe.count,
    probeWindowSeconds: probe.windowSeconds,
  };
}
