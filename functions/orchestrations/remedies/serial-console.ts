import type { Task } from "durable-functions";

import { diagnose } from "../../../shared/diagnosis/diagnose.ts";
import { refusalByGuest } from "../../../shared/diagnosis/refusal-by-guest.ts";
import type { DiagnosisKind, PlannedRemedy } from "../../../shared/domain/diagnosis.ts";
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
import { healGuestDhcp } from "./guest-dhcp.ts";

/** A lost answer is resolved by looking again: what the console shows already is not typed again. */
const VISITS = 2;

const STILL_STATIC =
  'Windows still holds its address as a static one, which is right now. Put DHCP on: netsh interface ip show config, then netsh interface ip set address name="NAME" source=dhcp';

type Untouched = Extract<RemedyConclusion, { kind: "untouched" }>;

/**
 * Sets Azure's own address at Windows' serial console, without a login and without a restart. It ends in DHCP: when the
 * agent is back, the guest switch completes it. An address that Azure knows is never taken back.
 */
export function* healOverConsole(
  run: Run,
  remedy: PlannedRemedy,
): Generator<Task, RemedyConclusion, unknown> {
  const { facts, nic } = targetOf(run, remedy);
  const known = run.guest?.kind === "unreadable" ? run.guest.console : undefined;
  const listing = known ?? (yield* readConsole(run));
  const order = orderFor(run, facts, { nic, listing });
  if ("kind" in order) {
    return order;
  }
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
  return set.kind === "shown" ? yield* complete(run, nic, message) : set;
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
  { diagnoses }: Run,
  { nics }: AzureFacts,
  { nic, listing }: { readonly nic: NicFacts; readonly listing: ConsoleReading },
): AddressOrder | Untouched {
  if (listing.kind === "unavailable") {
    return { ...listing, kind: "untouched" };
  }
  const wrongAddresses = diagnoses
    .filter(({ nicId }) => nicId === nic.id)
    .flatMap(({ guestAddresses }) => guestAddresses);
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
      { vmId: run.vmId, order },
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

/** Puts DHCP on with the guest switch, once the agent is back; without it the address stays right, and static. */
function* complete(
  run: Run,
  nic: NicFacts,
  message: string,
): Generator<Task, RemedyConclusion, unknown> {
  run.setByUs = [...run.setByUs, nic.id];
  run.healedBy = "serial-console";
  const why = yield* staysStatic(run, nic);
  if (why !== null) {
    return { kind: "right", message, remarks: why === "" ? [] : [why] };
  }
  const switched = yield* healGuestDhcp(run, { kind: "guestDhcp", nicId: nic.id });
  if (switched.kind === "right") {
    return { ...switched, message: `${message} ${switched.message}` };
  }
  return switched.kind === "unknown"
    ? switched
    : { kind: "right", message, remarks: [`${switched.message} ${STILL_STATIC}`] };
}

/** Reads Windows again, and says why DHCP is not put on: empty where it is on already; null: it is to be put on. */
function* staysStatic(run: Run, nic: NicFacts): Generator<Task, string | null, unknown> {
  const { facts, vmId, settings } = run;
  const managed = managedOwner(run);
  if (facts === null || !(yield* agentIsBack(run))) {
    return STILL_STATIC;
  }
  const reading = yield* readGuestWithin(run.context, { vmId, settings, managed });
  if (reading.kind !== "read") {
    return STILL_STATIC;
  }
  run.guest = reading;
  run.diagnoses = diagnose(facts, reading);
  const found = run.diagnoses.find(({ nicId }) => nicId === nic.id)?.kind;
  const refusal = refusalByGuest(reading, run.incidentId);
  return found === "healthy" ? "" : whyStatic(found, refusal?.message ?? null);
}

/** Only the address that we set ourselves is put on DHCP, and only where Windows' role allows it. */
function whyStatic(found: DiagnosisKind | undefined, refused: string | null): string | null {
  return refused ?? (found === "static-matching" ? null : STILL_STATIC);
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
