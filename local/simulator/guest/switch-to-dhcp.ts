import type { z } from "zod";

import type { AdapterView } from "./envelope.ts";
import {
  netshDhcp,
  ScriptKilledError,
  SETTLE_SECONDS,
  startService,
  type SavedConfiguration,
  type Session,
} from "./session.ts";
import {
  changeArmed,
  deadManParameters,
  disarm,
  isLateEnough,
  undo,
  unnameable,
} from "./static-change.ts";
import {
  addressParameter,
  findTarget,
  isRightLease,
  keptOf,
  runTransaction,
  viewOf,
  type Run,
} from "./transaction.ts";
import { adapterOf, gatewaysInForce, removeDefaultRoute } from "./windows.ts";

const parameters = deadManParameters
  .extend({ expectedAddress: addressParameter })
  .refine(isLateEnough);

type SwitchRun = Run<z.output<typeof parameters>>;

/** Emulates `switch-to-dhcp.ps1`: the line that it prints. */
export function switchToDhcp(session: Session, values: unknown): string {
  return runTransaction(session, values, { sir: "switch-to-dhcp/1", parameters, transaction });
}

function transaction(run: SwitchRun): string {
  const refused = findTarget(run);
  if (refused !== null || run.before === null) {
    return refused ?? "error";
  }
  return (
    guard(run, run.before) ??
    changeArmed(run, run.before, {
      expected: run.given.expectedAddress,
      change: (saved) => change(run, saved),
    })
  );
}

/** Why the adapter must not be touched; null if it may be. */
function guard(run: SwitchRun, view: AdapterView): string | null {
  if (!view.on) {
    return "adapter-disabled";
  }
  if (isRightLease(view, run.given.expectedAddress)) {
    if (run.taskState === "armed") {
      disarm(run);
    }
    return "already-dhcp";
  }
  if (view.fp !== run.given.fingerprint) {
    return "drifted";
  }
  return view.dhcp ? "lease-stale" : unnameable(run, view);
}

/** Everything that changes the guest; the task is armed when it begins. */
function change(run: SwitchRun, saved: SavedConfiguration): string {
  if (!startService(run.session, saved.dhcpMode === "Disabled")) {
    run.detail = "The service could not be started.";
    return undo(run, saved, "dhcp-unusable");
  }
  netshDhcp(run.session, saved.guid);
  if (viewOf(run)?.dhcp !== true) {
    run.session.seconds += SETTLE_SECONDS;
    return undo(run, saved, "netsh-failed");
  }
  return waitForLease(run, saved);
}

function waitForLease(run: SwitchRun, saved: SavedConfiguration): string {
  const { session } = run;
  const view = viewOf(run);
  const kept = view === null ? [] : keptOf(view);
  if (kept.length > 0 && session.world.killAfter === "leased") {
    throw new ScriptKilledError();
  }
  if (view !== null && isRightLease(view, run.given.expectedAddress)) {
    session.seconds += 1;
    disarm(run);
    return clearRoutes(run, saved) || !run.given.primaryNic ? "switched" : "no-default-route";
  }
  session.seconds += run.given.leaseWaitSeconds;
  return undo(run, saved, kept.length === 0 ? "lease-missing-restored" : "lease-wrong-restored");
}

/** Removes old default routes where the lease has another; says whether an active one leads through the lease's gateway. */
function clearRoutes(run: SwitchRun, saved: SavedConfiguration): boolean {
  const adapter = adapterOf(run.session.state, saved.guid);
  const [leased] = adapter?.gateways ?? [];
  if (adapter === undefined || leased === undefined) {
    return false;
  }
  for (const gateway of saved.gateways) {
    const hop = gateway.split("/")[0] ?? "";
    if (hop !== leased && gatewaysInForce(run.session.state, adapter).includes(hop)) {
      run.session.state = removeDefaultRoute(run.session.state, adapter.index, hop);
    }
  }
  return true;
}
