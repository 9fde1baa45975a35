import type { Task } from "durable-functions";

import { decidePin, isPinWanted } from "../../../shared/diagnosis/pin.ts";
import type { LedgerEntry } from "../../../shared/domain/incident.ts";
import type { Outcome } from "../../../shared/domain/outcome.ts";
import { allocationsOf, withAllocations } from "../../../shared/remedies/pin-address/allocation.ts";
import { pinLedgerEntry } from "../../../shared/remedies/pin-address/ledger-entry.ts";
import { nowOf } from "../clock.ts";
import { probeUntilSure } from "../confirm-silence.ts";
import { backUp } from "../heal-by-plan.ts";
import { callOr, mayChange, outcomeOf, writeLedger, type Run } from "../run.ts";
import { isUpSince } from "../settle.ts";
import { orFailure, whyNotRestart, type Reason } from "./may-restart.ts";
import { writeNic, type NicChange, type NicWrite } from "./write-nic.ts";

/** The NIC whose address is to be kept. */
interface PinTarget {
  readonly nicId: string;
  readonly name: string;
  readonly address: string;
}

/**
 * Lets Azure keep the address of the primary NIC, where somebody asked for it and the run ended well, never before. The
 * write may restart the VM and change its MAC address, so everything is as with any other change: backup, ledger, proof.
 */
export function* pinAddress(run: Run, outcome: Outcome): Generator<Task, Outcome, unknown> {
  const { facts, guest, incidentId } = run;
  const endedWell = outcome.kind === "healed" || outcome.kind === "healthy";
  if (facts === null || !endedWell || !mayChange(run) || !isWanted(run)) {
    return outcome;
  }
  const probe = wasAnsweredAgain(run) ? run.probe : null;
  const decision = decidePin({ azure: facts, guest, probe, incidentId });
  if (decision.kind === "pinned-already") {
    run.remarks = [...run.remarks, decision.message];
    return { ...outcome, remarks: run.remarks };
  }
  if (decision.kind === "not") {
    return notPinned(run, outcome, decision);
  }
  const { nic, address } = decision;
  return yield* pin(run, outcome, { nicId: nic.id, name: nic.name, address });
}

function isWanted({ facts, purpose }: Run): boolean {
  return facts !== null && isPinWanted(facts.vm, purpose.pinAddress);
}

/** A VM that fell silent again after its heal is not well. */
function wasAnsweredAgain({ story }: Run): boolean {
  return !story.steps.some(({ name, state }) => name === "secondProbe" && state === "failed");
}

function* pin(run: Run, outcome: Outcome, target: PinTarget): Generator<Task, Outcome, unknown> {
  const held = yield* holdBack(run, target);
  if (held !== null) {
    return notPinned(run, outcome, held);
  }
  const change = yield* changeOf(run, target);
  if ("code" in change) {
    return notPinned(run, outcome, change);
  }
  const { nicId, before: nic } = change;
  const startedAt = nowOf(run.context);
  const entry = pinLedgerEntry({ incidentId: run.incidentId, nicId, nic, openedAt: startedAt });
  yield* writeLedger(run, entry);
  run.story.begin("pinAddress", `${target.address} for NIC ${target.name}`);
  const write = yield* writeNic(run, change);
  yield* writeLedger(run, closed(entry, write, { target, now: nowOf(run.context) }));
  const message = saysOf(write, target);
  const state = write.kind === "written" ? "done" : "failed";
  if (write.kind === "written") {
    // What the wait cannot tell, the proof does.
    yield* orFailure(isUpSince(run, startedAt));
  }
  run.story.end("pinAddress", message, { state });
  switch (write.kind) {
    case "written":
      return yield* proveAgain(run, outcome, { message, entry });
    case "refused":
      return notPinned(run, outcome, { code: write.code, message });
    case "unknown":
      return calledFor(run, { code: write.code, message: `${outcome.message} ${message}` }, entry);
  }
}

/** Why the NIC is not written now: no backup, or no restart at the moment; null: it may be. */
function* holdBack(run: Run, { nicId }: PinTarget): Generator<Task, Reason | null, unknown> {
  const blocked = run.backup?.kind === "complete" ? null : yield* backUp(run);
  return blocked ?? (yield* whyNotRestart(run, nicId));
}

/** What is to be written, made from the NIC as it is now; or why nothing is. */
function* changeOf(
  run: Run,
  { nicId, address }: PinTarget,
): Generator<Task, NicChange | Reason, unknown> {
  let trouble = "The NIC does not exist any more.";
  const { nic } = yield* callOr(run, "pinAddressRead", { nicId }, ({ message }) => {
    trouble = message;
    return { nic: null };
  });
  if (nic === null) {
    return { code: "pin-nic-unreadable", message: trouble };
  }
  const allocations = allocationsOf(nic);
  const [only] = allocations;
  if (allocations.length !== 1 || only?.address !== address || only.method !== "Dynamic") {
    return { code: "pin-nic-changed", message: "Somebody changed the NIC's addresses meanwhile." };
  }
  return { nicId, before: nic, wanted: withAllocations(nic, [{ ...only, method: "Static" }]) };
}

/** Reads Azure again, since the MAC address may be another one, and probes; nothing is taken back from here. */
function* proveAgain(
  run: Run,
  outcome: Outcome,
  { message, entry }: { readonly message: string; readonly entry: LedgerEntry },
): Generator<Task, Outcome, unknown> {
  const read = yield* callOr(run, "readAzureFacts", { vmId: run.vmId }, (failure) => ({
    kind: "not-found",
    message: failure.message,
  }));
  const facts = read.kind === "found" ? read.facts : run.facts;
  if (facts === null) {
    throw new TypeError("An address was pinned before the Azure facts were read.");
  }
  const { locks = null, platform = null } = run.facts ?? {};
  run.facts = { ...facts, locks, platform };
  run.story.begin("proof", "RDP negotiation, after the NIC was written");
  const { purpose, settings } = run;
  const question = { facts: run.facts, nicId: purpose.nicId, settings, unanswered: null };
  const probe = yield* probeUntilSure(run.context, question);
  run.probe = probe;
  run.story.end("proof", probe.detail, { state: probe.kind === "silent" ? "failed" : "done" });
  if (probe.kind === "silent") {
    const silent = `${message} RDP does not answer since: ${probe.detail}`;
    return calledFor(run, { code: "pin-rdp-silent", message: silent }, entry);
  }
  if (probe.kind === "unknown") {
    run.remarks = [...run.remarks, `RDP was not proven again from here: ${probe.detail}`];
  }
  return outcome.kind === "healed"
    ? outcomeOf(run, "healed", { ...outcome, message: `${outcome.message} ${message}` })
    : outcomeOf(run, "healed", { code: "pin-address", message, nextStep: "" });
}

/** A heal stays a heal without it; where it was all that was left to do, the run refused it. */
function notPinned(run: Run, outcome: Outcome, why: Reason): Outcome {
  if (outcome.kind === "healed") {
    run.remarks = [...run.remarks, why.message];
    return { ...outcome, remarks: run.remarks };
  }
  return outcomeOf(run, "refused", {
    code: why.code,
    message: `The VM is well. ${why.message}`,
    nextStep: "Ask again when the reason is gone, or set the address to Static in Azure by hand.",
  });
}

function calledFor(
  run: Run,
  says: { readonly code: string; readonly message: string },
  entry: LedgerEntry,
): Outcome {
  const nextStep = [
    `Look at the NIC's IP configurations in Azure, and wait until the VM is up: az network nic show --ids "${entry.nicId}"`,
    `To put it back: ${entry.undo}`,
  ].join("\n");
  return outcomeOf(run, "needsHuman", { ...says, nextStep });
}

function saysOf(write: NicWrite, { name, address }: PinTarget): string {
  return write.kind === "written"
    ? `Azure keeps ${address} for NIC ${name} now (Static).`
    : `The address was not pinned: ${write.message}`;
}

function closed(
  entry: LedgerEntry,
  write: NicWrite,
  { target, now }: { readonly target: PinTarget; readonly now: string },
): LedgerEntry {
  const states = { written: "done", refused: "untouched", unknown: "unknown" } as const;
  return { ...entry, closedAt: now, state: states[write.kind], result: saysOf(write, target) };
}
