import type { Task } from "durable-functions";

import { diagnose } from "../../../shared/diagnosis/diagnose.ts";
import { normalizeMac } from "../../../shared/domain/addresses.ts";
import type { Diagnosis } from "../../../shared/domain/diagnosis.ts";
import type { AzureFacts, Probe } from "../../../shared/domain/facts.ts";
import type { LedgerEntry } from "../../../shared/domain/incident.ts";
import type { RemedyConclusion } from "../../../shared/domain/remedy.ts";
import { sleep } from "../clock.ts";
import { probeUntilSure } from "../confirm-silence.ts";
import { readGuestWithin } from "../read-guest.ts";
import { writeLedger, type Run } from "../run.ts";
import { attempt, type Reset } from "./reset-write.ts";
import type { RestoreEnd } from "./swap-and-restore.ts";

type Restored = Extract<RestoreEnd, { kind: "restored" }>;

/** Windows may need some time after its start until a new adapter has its lease. */
const READINGS = 3;

/** Remedies whose undo is about one adapter of Windows. */
const IN_WINDOWS = new Set<LedgerEntry["remedy"]>([
  "guestDhcp",
  "serialConsole",
  "renewLease",
  "enableAdapter",
  "setAddresses",
]);

/**
 * Says what a reset came to. Both sides are read anew, since the adapter is another one; where Windows cannot be read, an
 * RDP negotiation at Azure's address has to do.
 */
export function* proveReset(
  reset: Reset,
  back: Restored,
): Generator<Task, RemedyConclusion, unknown> {
  const { run, nic } = reset;
  yield* voidGuestUndo(reset, back);
  const remarks = remarksOf(reset, back);
  const facts = yield* factsAgain(run);
  if (facts === null) {
    return unproven(nic.name, ["Azure does not tell how the VM is.", ...remarks]);
  }
  const found = back.up ? yield* guestAgain(run, facts, nic.id) : null;
  const conclusion =
    found === null
      ? yield* concludeUnread(reset, facts, remarks)
      : concludeGuest(reset, found, remarks);
  if (conclusion.kind === "right") {
    run.healedBy = "nic-reset";
  }
  return conclusion;
}

/** The facts as they are now; what was asked once only, locks and platform, stays known. Null: Azure does not tell. */
function* factsAgain(run: Run): Generator<Task, AzureFacts | null, unknown> {
  const read = yield* attempt(run, "readAzureFacts", { vmId: run.vmId });
  if (!read.ok || read.value.kind === "not-found") {
    return null;
  }
  const { locks = null, platform = null } = run.facts ?? {};
  const now: AzureFacts = { ...read.value.facts, locks, platform };
  const subnets = yield* attempt(run, "readSubnets", { facts: now });
  run.facts = subnets.ok ? subnets.value : now;
  return run.facts;
}

/** The verdict on the NIC's new adapter; null where Windows cannot be read. */
function* guestAgain(
  run: Run,
  facts: AzureFacts,
  nicId: string,
): Generator<Task, Diagnosis | null, unknown> {
  run.story.begin("guestRead", "Windows after the reset of its NIC");
  let found = yield* readNic(run, facts, nicId);
  for (let readings = 1; readings < READINGS && !isHealthy(found); readings++) {
    yield* sleep(run.context, run.settings.pollSeconds);
    found = (yield* readNic(run, facts, nicId)) ?? found;
  }
  const state = isHealthy(found) ? "done" : "failed";
  run.story.end("guestRead", found?.message ?? "Windows could not be read", { state });
  return found;
}

function* readNic(
  run: Run,
  facts: AzureFacts,
  nicId: string,
): Generator<Task, Diagnosis | null, unknown> {
  const { context, vmId, settings } = run;
  const reading = yield* readGuestWithin(context, { vmId, settings });
  if (reading.kind !== "read") {
    return null;
  }
  run.guest = reading;
  run.diagnoses = diagnose(facts, reading);
  return run.diagnoses.find((diagnosis) => diagnosis.nicId === nicId) ?? null;
}

function isHealthy(found: Diagnosis | null): boolean {
  return found?.kind === "healthy";
}

function concludeGuest(
  { nic, record }: Reset,
  found: Diagnosis,
  remarks: readonly string[],
): RemedyConclusion {
  const { address } = record.original;
  if (found.kind === "healthy" || found.kind === "static-matching") {
    const stays = found.kind === "healthy" ? [] : [found.message];
    const message = `NIC ${nic.name} was reset: Windows has ${address}, Azure's address.`;
    return { kind: "right", message, remarks: [...remarks, ...stays] };
  }
  return withoutEffect(nic.name, [found.message, ...remarks]);
}

/** Without the agent RDP at Azure's address has to prove it: Windows answers there only if it has that address. */
function* concludeUnread(
  reset: Reset,
  facts: AzureFacts,
  remarks: readonly string[],
): Generator<Task, RemedyConclusion, unknown> {
  const { run, nic } = reset;
  if (facts.vm.powerState !== "running") {
    return unproven(nic.name, ["The VM does not run any more.", ...remarks]);
  }
  const question = { facts, nicId: nic.id, settings: run.settings, unanswered: null };
  const probe: Probe = yield* probeUntilSure(run.context, question);
  switch (probe.kind) {
    case "answers": {
      const message = `NIC ${nic.name} was reset: RDP answers at ${probe.address}, Azure's address.`;
      return { kind: "right", message, remarks: [...remarks, UNREAD] };
    }
    case "silent":
      return withoutEffect(nic.name, [`RDP: ${probe.detail}`, ...remarks]);
    case "unknown":
      return unproven(nic.name, [`RDP: ${probe.detail}`, ...remarks]);
  }
}

const UNREAD = "Windows could not be read after the reset: whether DHCP is on was not seen.";

function withoutEffect(name: string, why: readonly string[]): RemedyConclusion {
  const message = `NIC ${name} was reset and is as it was, and Windows is still cut off. ${why.join(" ")}`;
  return { kind: "undone", code: "reset-without-effect", message };
}

function unproven(name: string, why: readonly string[]): RemedyConclusion {
  const message = `NIC ${name} was reset and is as it was; whether Windows has its address could not be seen. ${why.join(" ")}`;
  return { kind: "unknown", code: "reset-unproven", message };
}

function remarksOf({ nic, record }: Reset, { keptStatic, standing }: Restored): readonly string[] {
  const { address } = record.original;
  return [
    ...(keptStatic
      ? [
          `The address ${address} of NIC ${nic.name} was Dynamic and is Static now: made Dynamic again, Azure gave another one.`,
        ]
      : []),
    ...(standing.changes.length === 0
      ? []
      : [
          `NIC ${nic.name} is not all as it was before the reset; somebody else's changes were kept: ${standing.changes.join(", ")}.`,
        ]),
  ];
}

/** What the ledger says about Windows' old adapter cannot be undone any more: that adapter is gone with its MAC address. */
function* voidGuestUndo(
  { run, nic, record }: Reset,
  { standing }: Restored,
): Generator<Task, void, unknown> {
  const known = record.nic["macAddress"];
  const before = typeof known === "string" ? normalizeMac(known) : null;
  if (before === null || standing.mac === null || before === standing.mac) {
    return;
  }
  const undo = `Void: the NIC was reset, and its adapter with the MAC address ${before} is gone; the one of now has ${standing.mac}.`;
  for (const entry of run.ledger) {
    if (entry.nicId === nic.id && IN_WINDOWS.has(entry.remedy)) {
      yield* writeLedger(run, { ...entry, undo });
    }
  }
}
