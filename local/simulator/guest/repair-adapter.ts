import { z } from "zod";

import type { AdapterView } from "./envelope.ts";
import {
  evidenceOf,
  ScriptKilledError,
  SETTLE_SECONDS,
  startService,
  type Session,
} from "./session.ts";
import type { GuestState } from "./state.ts";
import {
  addressParameter,
  commonParameters,
  findTarget,
  isRightLease,
  keptOf,
  runTransaction,
  viewOf,
  type Run,
} from "./transaction.ts";
import {
  adapterOf,
  disableAdapter,
  enableAdapter,
  gatewaysInForce,
  renewLease,
} from "./windows.ts";

const parameters = commonParameters.extend({
  repair: z.enum(["enable", "service", "renew"]),
  expectedAddress: addressParameter,
});

type RepairRun = Run<z.output<typeof parameters>>;
type Service = GuestState["dhcpService"];

/** Emulates `repair-adapter.ps1`: the line that it prints. */
export function repairAdapter(session: Session, values: unknown): string {
  return runTransaction(session, values, { sir: "repair-adapter/1", parameters, transaction });
}

function transaction(run: RepairRun): string {
  const refused = findTarget(run);
  if (refused !== null || run.before === null) {
    return refused ?? "error";
  }
  const guarded = guard(run, run.before);
  if (guarded !== null) {
    return guarded;
  }
  const { guid } = run.before;
  run.netsh = evidenceOf(run.session, guid);
  switch (run.given.repair) {
    case "enable":
      return enable(run, guid);
    case "service":
      return repairService(run);
    case "renew":
      return renew(run, guid);
  }
}

/** Why nothing may be touched; null if it may be. */
function guard(run: RepairRun, view: AdapterView): string | null {
  const { repair, expectedAddress, fingerprint } = run.given;
  if (run.taskState === "armed") {
    return "task-armed";
  }
  if (view.on && isRightLease(view, expectedAddress)) {
    return "already-right";
  }
  if (repair !== "enable" && !view.on) {
    return "adapter-disabled";
  }
  if (view.fp !== fingerprint || !isRepairable(run, view)) {
    return "drifted";
  }
  const runs = run.session.state.dhcpService.state === "running";
  return repair === "renew" && !runs ? "dhcp-unusable" : null;
}

/** Whether it has what is to be repaired. */
function isRepairable({ given }: RepairRun, view: AdapterView): boolean {
  return given.repair === "enable" ? !view.on : view.dhcp;
}

function enable(run: RepairRun, guid: string): string {
  const { session } = run;
  if (hasFault(run, "enable")) {
    session.seconds += SETTLE_SECONDS;
    return "enable-failed";
  }
  session.state = enableAdapter(session.state, guid, session.world);
  dieIfKilled(run);
  if (viewOf(run)?.dhcp === false) {
    return "enabled-static";
  }
  return waitForLease(run, () => disableAgain(run, guid));
}

function disableAgain(run: RepairRun, guid: string): boolean {
  if (hasFault(run, "disable")) {
    run.session.seconds += SETTLE_SECONDS;
    return false;
  }
  run.session.state = disableAdapter(run.session.state, guid);
  return true;
}

function repairService(run: RepairRun): string {
  const { session } = run;
  const before = session.state.dhcpService;
  if (!startService(session, true)) {
    run.detail = "The service could not be started.";
    return putServiceBack(run, before) ? "dhcp-unusable" : "restore-failed";
  }
  return waitForLease(run, () => putServiceBack(run, before));
}

function putServiceBack(run: RepairRun, before: Service): boolean {
  const { session } = run;
  const stays = hasFault(run, "stop") && session.state.dhcpService.state === "running";
  const dhcpService: Service = { ...before, state: stays ? "running" : before.state };
  session.state = { ...session.state, dhcpService };
  return dhcpService.state === before.state;
}

function renew(run: RepairRun, guid: string): string {
  const { session } = run;
  if (hasFault(run, "renew")) {
    run.detail = "The lease could not be renewed.";
    return "error-restored";
  }
  session.state = renewLease(session.state, guid, session.world);
  dieIfKilled(run);
  return waitForLease(run, null);
}

/** Waits for the right lease; without it the repair is undone, if it can be. */
function waitForLease(run: RepairRun, undo: (() => boolean) | null): string {
  const { session, given } = run;
  const view = viewOf(run);
  if (view !== null && isRightLease(view, given.expectedAddress)) {
    session.seconds += 1;
    return isRouted(run, view.guid) || !given.primaryNic ? "repaired" : "no-default-route";
  }
  session.seconds += given.leaseWaitSeconds;
  const exit = view === null || keptOf(view).length === 0 ? "lease-missing" : "lease-wrong";
  if (undo === null) {
    return exit;
  }
  return undo() ? `${exit}-restored` : "restore-failed";
}

/** Whether an active default route leads through the lease's gateway. */
function isRouted(run: RepairRun, guid: string): boolean {
  const adapter = adapterOf(run.session.state, guid);
  const [leased] = adapter?.gateways ?? [];
  return (
    adapter !== undefined &&
    leased !== undefined &&
    gatewaysInForce(run.session.state, adapter).includes(leased)
  );
}

function hasFault(run: RepairRun, name: "enable" | "disable" | "stop" | "renew"): boolean {
  return run.session.world.faults?.includes(name) === true;
}

function dieIfKilled({ session }: RepairRun): void {
  if (session.world.killAfter === "switched") {
    throw new ScriptKilledError();
  }
}
