import { z } from "zod";

import type { AdapterView } from "./envelope.ts";
import { netshStatic, type SavedConfiguration, type Session } from "./session.ts";
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
  keptOf,
  runTransaction,
  viewOf,
  type Run,
} from "./transaction.ts";
import { adapterOf, gatewaysInForce, skipAsSource } from "./windows.ts";

const maskedAddress = z.tuple([addressParameter, addressParameter]);

const parameters = deadManParameters
  .extend({
    addresses: z
      .string()
      .transform((text) => text.split(",").map((address) => address.split("/")))
      .pipe(z.array(maskedAddress)),
    gateway: addressParameter,
  })
  .refine(isLateEnough);

type SetRun = Run<z.output<typeof parameters>>;

/** Emulates `set-addresses.ps1`: the line that it prints. */
export function setAddresses(session: Session, values: unknown): string {
  return runTransaction(session, values, { sir: "set-addresses/1", parameters, transaction });
}

function transaction(run: SetRun): string {
  const refused = findTarget(run);
  if (refused !== null || run.before === null) {
    return refused ?? "error";
  }
  return (
    guard(run, run.before) ??
    changeArmed(run, run.before, {
      expected: ipsOf(run).join(","),
      change: (saved) => change(run, saved),
    })
  );
}

function ipsOf({ given }: SetRun): readonly string[] {
  return given.addresses.map(([ip]) => ip);
}

/** Whether the adapter is static with exactly these addresses. */
function isOwnSet(run: SetRun, view: AdapterView | null): boolean {
  const kept = view === null ? [] : keptOf(view).map((address) => address.split("/")[0] ?? "");
  return view?.dhcp === false && sorted(kept) === sorted(ipsOf(run));
}

function sorted(ips: readonly string[]): string {
  return ips.toSorted().join(",");
}

/** Why the adapter must not be touched; null if it may be. */
function guard(run: SetRun, view: AdapterView): string | null {
  if (!view.on) {
    return "adapter-disabled";
  }
  if (isOwnSet(run, view)) {
    if (run.taskState === "armed") {
      disarm(run);
    }
    return "already-set";
  }
  return view.fp !== run.given.fingerprint || view.dhcp ? "drifted" : unnameable(run, view);
}

/** Everything that changes the guest; the task is armed when it begins. */
function change(run: SetRun, saved: SavedConfiguration): string {
  const { session, given } = run;
  netshStatic(session, saved.guid, {
    addresses: given.addresses.map(([ip, mask]) => `${ip}/${mask}`),
    gateways: given.primaryNic ? [given.gateway] : saved.gateways,
  });
  if (!isOwnSet(run, viewOf(run))) {
    session.seconds += given.leaseWaitSeconds;
    return undo(run, saved, "not-set-restored");
  }
  disarm(run);
  const marked = setSources(run, saved.guid);
  const adapter = adapterOf(session.state, saved.guid);
  const hops = adapter === undefined ? [] : gatewaysInForce(session.state, adapter);
  if (given.primaryNic && !hops.includes(given.gateway)) {
    return "no-default-route";
  }
  return marked ? "addresses-set" : "sources-not-set";
}

function setSources(run: SetRun, guid: string): boolean {
  if (run.session.world.faults?.includes("sources") === true) {
    run.detail = "The addresses could not be marked.";
    return false;
  }
  run.session.state = skipAsSource(run.session.state, guid, ipsOf(run).slice(1));
  return true;
}
