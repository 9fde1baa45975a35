import type { Task } from "durable-functions";

import { diagnose } from "../../../shared/diagnosis/diagnose.ts";
import { refusalByGuest } from "../../../shared/diagnosis/refusal-by-guest.ts";
import type { PlannedRemedy } from "../../../shared/domain/diagnosis.ts";
import type { AzureFacts, ConsoleReading, NicFacts } from "../../../shared/domain/facts.ts";
import type { LedgerEntry } from "../../../shared/domain/incident.ts";
import type { RemedyConclusion } from "../../../shared/domain/remedy.ts";
import {
  addressOrder,
  type AddressOrder,
} from "../../../shared/remedies/serial-console/address-order.ts";
import { chooseNetwork } from "../../../shared/remedies/serial-console/choose-network.ts";
import { consoleLedgerEntry } from "../../../shared/remedies/serial-console/ledger-entry.ts";
import type { AddressSet } from "../../../shared/remedies/serial-console/set-address.ts";
import { nowOf, secondsFromNow, secondsUntil, sleep } from "../clock.ts";
import { readConsole } from "../look-at-console.ts";
import { managedOwner } from "../managed-command.ts";
import { readGuestWithin } from "../read-guest.ts";
import { callFor, callOr, writeLedger, type Run } from "../run.ts";
import { putOnDhcpOverConsole, type ConsoleDhcpQuestion } from "./console-dhcp.ts";
import { healGuestDhcp } from "./guest-dhcp.ts";

/** A lost answer is resolved by looking again: what the console shows already is not typed again. */
const VISITS = 2;

const STILL_STATIC =
  'Windows still holds its address as a static one, which is right now. Put DHCP on: netsh interface ip show config, then netsh interface ip set address name="NAME" source=dhcp';

type Untouched = Extract<RemedyConclusion, { kind: "untouched" }>;

/** Where a NIC's address is to be set. */
interface ConsoleTarget {
  readonly facts: AzureFacts;
  readonly nic: NicFacts;
  readonly listing: ConsoleReading;
}

/**
 * Sets Azure's own address at Windows' serial console, without a login and without a restart. It ends in DHCP: when the
 * agent is back, the guest switch completes it. An address that Azure knows is never taken back. Where SAC's list does
 * not tell the network number, or the agent stays away, a configured login puts DHCP on at a command prompt.
 */
export function* healOverConsole(
  run: Run,
  remedy: PlannedRemedy,
): Generator<Task, RemedyConclusion, unknown> {
  const known = run.guest?.kind === "unreadable" ? run.guest.console : undefined;
  const target = { ...targetOf(run, remedy), listing: known ?? (yield* readConsole(run)) };
  const order = orderFor(run, target);
  if (!("kind" in order)) {
    return yield* setAndComplete(run, target, order);
  }
  return order.code === "several-networks" && run.settings.consoleLogin
    ? yield* signInInstead(run, target, order)
    : order;
}

function* setAndComplete(
  run: Run,
  target: ConsoleTarget,
  order: AddressOrder,
): Generator<Task, RemedyConclusion, unknown> {
  const { nic, listing } = target;
  const before =
    listing.kind === "listed"
      ? listing.addresses.filter(({ network }) => network === order.network)
      : [];
  const openedAt = nowOf(run.context);
  const entry = consoleLedgerEntry({ incidentId: run.incidentId, nic, order, before, openedAt });
  yield* writeLedger(run, entry);
  run.story.begin("consoleSet", `${order.ip} on network number ${order.network}`);
  const set = yield* setAddress(run, order);
  const message = describe(set, order.ip);
  run.story.end("consoleSet", message, { state: set.kind === "shown" ? "done" : "failed" });
  yield* writeLedger(run, closed(entry, { set, message, now: nowOf(run.context) }));
  return set.kind === "shown" ? yield* complete(run, target, message) : set;
}

/** The adapter's own name tells what a network number does not. */
function* signInInstead(
  run: Run,
  target: ConsoleTarget,
  { message }: Untouched,
): Generator<Task, RemedyConclusion, unknown> {
  const put = yield* putOnDhcpOverConsole(run, questionOf(run, target));
  switch (put.kind) {
    case "on":
    case "restored":
      run.healedBy = "serial-console";
      return {
        kind: "right",
        message: put.message,
        remarks: [...put.remarks, ...(put.kind === "on" ? [] : [STILL_STATIC])],
      };
    case "untouched":
      return { ...put, message: `${message} ${put.message}` };
    case "unknown":
      return put;
  }
}

/** A login that did not help leaves what was reached: Azure's address, as a static one. */
function* signInToComplete(
  run: Run,
  target: ConsoleTarget,
  message: string,
): Generator<Task, RemedyConclusion, unknown> {
  const put = yield* putOnDhcpOverConsole(run, questionOf(run, target));
  switch (put.kind) {
    case "on":
      return { kind: "right", message: `${message} ${put.message}`, remarks: put.remarks };
    case "restored":
    case "untouched":
      return {
        kind: "right",
        message,
        remarks: [...put.remarks, `${put.message} ${STILL_STATIC}`],
      };
    case "unknown":
      return put;
  }
}

function questionOf(run: Run, { facts, nic, listing }: ConsoleTarget): ConsoleDhcpQuestion {
  return { nics: facts.nics, nic, listing, wrongAddresses: wrongAddressesOf(run, nic) };
}

/** Addresses of the NIC's adapter that Windows showed before, over another channel. */
function wrongAddressesOf({ diagnoses }: Run, nic: NicFacts): readonly string[] {
  return diagnoses
    .filter(({ nicId }) => nicId === nic.id)
    .flatMap(({ guestAddresses }) => guestAddresses);
}

function targetOf(
  { facts }: Run,
  { nicId }: PlannedRemedy,
): { readonly facts: AzureFacts; readonly nic: NicFacts } {
  const nic = facts?.nics.find(({ id }) => id === nicId);
  if (facts === null || nic === undefined) {
    throw new TypeError(`The plan names a NIC that the facts do not show: ${nicId}`);
  }
  return { facts, nic };
}

/** What is to be typed; or why nothing may be. */
function orderFor(
  run: Run,
  { facts: { nics }, nic, listing }: ConsoleTarget,
): AddressOrder | Untouched {
  if (listing.kind === "unavailable") {
    return { ...listing, kind: "untouched" };
  }
  const wrongAddresses = wrongAddressesOf(run, nic);
  const choice = chooseNetwork({ listing, nics, nic, wrongAddresses });
  if (choice.kind === "unclear") {
    return { ...choice, kind: "untouched" };
  }
  const message = `Azure does not tell the subnet of NIC ${nic.name}, so mask and gateway are not known.`;
  return (
    addressOrder(choice.network, nic) ?? { kind: "untouched", code: "subnet-unknown", message }
  );
}

function* setAddress(run: Run, order: AddressOrder): Generator<Task, AddressSet, unknown> {
  let set: AddressSet | null = null;
  for (let visit = 0; visit < VISITS; visit++) {
    const now: AddressSet = yield* callOr(
      run,
      "setConsoleAddress",
      { incidentId: run.incidentId, vmId: run.vmId, order },
      ({ code, message }) => ({ kind: "unknown", code, message }),
    );
    // What may have been typed at the first visit stays possible, whatever the second one says.
    set = now.kind === "untouched" && set !== null ? set : now;
    if (now.kind !== "unknown") {
      break;
    }
  }
  return set ?? { kind: "untouched", code: "not-tried", message: "Nothing was tried." };
}

/** Puts DHCP on with the guest switch, once the agent is back; else with a login, or the address stays right and static. */
function* complete(
  run: Run,
  target: ConsoleTarget,
  message: string,
): Generator<Task, RemedyConclusion, unknown> {
  const { nic } = target;
  run.setByUs = [...run.setByUs, nic.id];
  run.healedBy = "serial-console";
  const found = yield* lookAgain(run, nic);
  if (found.kind === "unread" && run.settings.consoleLogin) {
    return yield* signInToComplete(run, target, message);
  }
  if (found.kind !== "ours") {
    return { kind: "right", message, remarks: found.kind === "dhcp" ? [] : [found.remark] };
  }
  const switched = yield* healGuestDhcp(run, { kind: "guestDhcp", nicId: nic.id });
  if (switched.kind === "right") {
    return { ...switched, message: `${message} ${switched.message}` };
  }
  return switched.kind === "unknown"
    ? switched
    : { kind: "right", message, remarks: [`${switched.message} ${STILL_STATIC}`] };
}

/** What Windows has once its address was set. */
type Found =
  /** DHCP is on already. */
  | { readonly kind: "dhcp" }
  /** The static address that we set; only that one is put on DHCP. */
  | { readonly kind: "ours" }
  /** It stays static: Windows' role forbids DHCP, or it has something else by now. */
  | { readonly kind: "static"; readonly remark: string }
  | { readonly kind: "unread"; readonly remark: string };

/** Reads Windows again, once its agent is back. */
function* lookAgain(run: Run, nic: NicFacts): Generator<Task, Found, unknown> {
  const { facts, vmId, settings } = run;
  const managed = managedOwner(run);
  if (facts === null || !(yield* agentIsBack(run))) {
    return { kind: "unread", remark: STILL_STATIC };
  }
  const reading = yield* readGuestWithin(run.context, { vmId, settings, managed });
  if (reading.kind !== "read") {
    return { kind: "unread", remark: STILL_STATIC };
  }
  run.guest = reading;
  run.diagnoses = diagnose(facts, reading);
  const found = run.diagnoses.find(({ nicId }) => nicId === nic.id)?.kind;
  if (found === "healthy") {
    return { kind: "dhcp" };
  }
  const refusal = refusalByGuest(reading, run.incidentId);
  return refusal === null && found === "static-matching"
    ? { kind: "ours" }
    : { kind: "static", remark: refusal?.message ?? STILL_STATIC };
}

/** Waits until the agent reports again, at most for the settle time. */
function* agentIsBack(run: Run): Generator<Task, boolean, unknown> {
  const { context, settings, vmId } = run;
  run.story.begin("agentBack", "the agent can reach Azure again");
  const deadline = secondsFromNow(context, settings.settleSeconds);
  for (;;) {
    const { up } = yield* callFor(run, "readVmState", { vmId });
    if (up) {
      run.story.end("agentBack", "the agent reports");
      return true;
    }
    if (secondsUntil(context, deadline) <= settings.pollSeconds) {
      const detail = `the agent did not report within ${settings.settleSeconds} s`;
      run.story.end("agentBack", detail, { state: "failed" });
      return false;
    }
    yield* sleep(context, settings.pollSeconds);
  }
}

function describe(set: AddressSet, ip: string): string {
  return set.kind === "shown"
    ? `Windows has Azure's address ${ip}, set over the serial console.`
    : set.message;
}

function closed(
  entry: LedgerEntry,
  end: { readonly set: AddressSet; readonly message: string; readonly now: string },
): LedgerEntry {
  const states = { shown: "done", unknown: "unknown", untouched: "untouched" } as const;
  return { ...entry, closedAt: end.now, state: states[end.set.kind], result: end.message };
}
