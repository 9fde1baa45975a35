import { z } from "zod";

import type { SavedDhcp } from "./dead-man.ts";
import type { AdapterView } from "./envelope.ts";
import { evidenceOf, netshStatic, restoreDhcp, SETTLE_SECONDS, type Session } from "./session.ts";
import { arm, deadManParameters, disarm, isLateEnough, unnameable } from "./static-change.ts";
import {
  addressParameter,
  findTarget,
  keptOf,
  runTransaction,
  viewOf,
  type Run,
} from "./transaction.ts";

const maskedAddress = z.tuple([addressParameter, addressParameter]);

const parameters = deadManParameters
  .extend({
    addresses: z
      .string()
      .transform((text) => text.split(",").map((address) => address.split("/")))
      .pipe(z.array(maskedAddress)),
    gateways: z
      .string()
      .transform((text) => text.split(",").filter((gateway) => gateway !== ""))
      .pipe(z.array(addressParameter)),
  })
  .refine(isLateEnough);

type RestoreRun = Run<z.output<typeof parameters>>;

/** Emulates `restore-static.ps1`: the line that it prints. */
export function restoreStaticAgain(session: Session, values: unknown): string {
  return runTransaction(session, values, { sir: "restore-static/1", parameters, transaction });
}

function transaction(run: RestoreRun): string {
  const refused = findTarget(run);
  if (refused !== null || run.before === null) {
    return refused ?? "error";
  }
  const guarded = guard(run, run.before);
  if (guarded !== null) {
    return guarded;
  }
  const saved: SavedDhcp = {
    guid: run.before.guid,
    expected: ipsOf(run).join(","),
    task: run.task,
    dhcp: true,
  };
  run.netsh = evidenceOf(run.session, saved.guid);
  return arm(run, saved) ? change(run, saved) : "no-dead-man";
}

function ipsOf({ given }: RestoreRun): readonly string[] {
  return given.addresses.map(([ip]) => ip);
}

/** Whether the adapter is static with these addresses, and its gateways are in force. */
function isRestored(run: RestoreRun, view: AdapterView | null): boolean {
  const kept = view === null ? [] : keptOf(view).map((address) => address.split("/")[0] ?? "");
  return (
    view?.dhcp === false &&
    kept.toSorted().join(",") === ipsOf(run).toSorted().join(",") &&
    run.given.gateways.every((gateway) => view.gw.includes(gateway))
  );
}

/** Why the adapter must not be touched; null if it may be. */
function guard(run: RestoreRun, view: AdapterView): string | null {
  if (!view.on) {
    return "adapter-disabled";
  }
  if (isRestored(run, view)) {
    if (run.taskState === "armed") {
      disarm(run);
    }
    return "already-static";
  }
  return view.fp !== run.given.fingerprint || !view.dhcp ? "drifted" : unnameable(run, view);
}

/** Everything that changes the guest; the task is armed when it begins. */
function change(run: RestoreRun, saved: SavedDhcp): string {
  const { session, given } = run;
  netshStatic(session, saved.guid, {
    addresses: given.addresses.map(([ip, mask]) => `${ip}/${mask}`),
    gateways: given.gateways,
  });
  if (!isRestored(run, viewOf(run))) {
    session.seconds += given.leaseWaitSeconds;
    return undo(run, saved, "not-in-force-undone");
  }
  disarm(run);
  return "static-restored";
}

function undo(run: RestoreRun, saved: SavedDhcp, exit: string): string {
  if (!restoreDhcp(run.session, saved.guid)) {
    return "restore-failed";
  }
  if (viewOf(run)?.ip.join(",") !== run.before?.ip.join(",")) {
    run.session.seconds += SETTLE_SECONDS;
  }
  disarm(run);
  return exit;
}
