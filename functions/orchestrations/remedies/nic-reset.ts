import type { Task } from "durable-functions";

import type { PlannedRemedy } from "../../../shared/domain/diagnosis.ts";
import type { NicFacts } from "../../../shared/domain/facts.ts";
import type { LedgerEntry } from "../../../shared/domain/incident.ts";
import type { RemedyConclusion } from "../../../shared/domain/remedy.ts";
import { nicResetLedgerEntry, wayBack } from "../../../shared/remedies/nic-reset/ledger-entry.ts";
import type { ResetRecord } from "../../../shared/remedies/nic-reset/reset-record.ts";
import { nowOf } from "../clock.ts";
import { writeLedger, type Run } from "../run.ts";
import { proveReset } from "./prove-reset.ts";
import { attempt, type Reset } from "./reset-write.ts";
import { restartPermission } from "./restart-permission.ts";
import { restoreAddress, swapAddress, type RestoreEnd, type SwapEnd } from "./swap-and-restore.ts";
import { awaitVmUp } from "./vm-up.ts";

/**
 * Resets a NIC: another free address of its subnet, and then its own again. Azure restarts the VM each time and gives it a
 * new adapter, which is on DHCP (source: reset-network-interface). The ledger names each write before it is made, so that
 * any run can finish the reset from there.
 */
export function* resetNic(
  run: Run,
  { nicId }: PlannedRemedy,
): Generator<Task, RemedyConclusion, unknown> {
  const refused = yield* restartPermission(run, nicId);
  if (refused !== null) {
    return refused;
  }
  const nic = nicOf(run, nicId);
  const start = yield* attempt(run, "beginReset", { nic, avoid: wrongAddresses(run, nicId) });
  if (!start.ok) {
    return { kind: "untouched", code: start.failure.code, message: start.failure.message };
  }
  if (start.value.kind !== "possible") {
    return start.value;
  }
  const reset = yield* openReset(run, nic, start.value.record);
  const swap = yield* swapAway(reset);
  if (swap.kind === "stale" || swap.kind === "untouched") {
    yield* closeReset(reset, "untouched", swap.message);
    return swap;
  }
  const back = yield* putBack(reset);
  return yield* conclude(reset, swap, back);
}

/** Puts the original address back, as a step that people see. */
export function* putBack(reset: Reset): Generator<Task, RestoreEnd, unknown> {
  const { run, record } = reset;
  const { address, allocation } = record.original;
  run.story.begin("nicRestore", `${address} (${allocation}) again`);
  const back = yield* restoreAddress(reset);
  const restored = back.kind === "restored";
  run.story.end("nicRestore", restored ? `the NIC has ${address} again` : back.message, {
    state: restored ? "done" : "failed",
  });
  return back;
}

/** Ends the ledger's entry. */
export function* closeReset(
  reset: Reset,
  state: LedgerEntry["state"],
  result: string,
): Generator<Task, void, unknown> {
  reset.entry = { ...reset.entry, state, closedAt: nowOf(reset.run.context), result };
  yield* writeLedger(reset.run, reset.entry);
}

function nicOf({ facts }: Run, nicId: string): NicFacts {
  const nic = facts?.nics.find(({ id }) => id === nicId);
  if (nic === undefined) {
    throw new TypeError(`The plan names a NIC that the facts do not show: ${nicId}`);
  }
  return nic;
}

/** What Windows shows on the NIC and Azure did not give: Azure may offer it, since it counts as free there. */
function wrongAddresses({ diagnoses, guest }: Run, nicId: string): readonly string[] {
  const shown = diagnoses.find((diagnosis) => diagnosis.nicId === nicId)?.guestAddresses ?? [];
  const console = guest?.kind === "unreadable" ? guest.console : undefined;
  const listed = console?.kind === "listed" ? console.addresses.map(({ ip }) => ip) : [];
  return [...shown, ...listed];
}

function* openReset(run: Run, nic: NicFacts, record: ResetRecord): Generator<Task, Reset, unknown> {
  const { incidentId, context } = run;
  const entry = nicResetLedgerEntry({ incidentId, nic, record, openedAt: nowOf(context) });
  yield* writeLedger(run, entry);
  return { run, nic, entry, record };
}

function* swapAway(reset: Reset): Generator<Task, SwapEnd, unknown> {
  const { run, nic, record } = reset;
  run.story.begin("nicSwap", `${record.original.address} to another free address of the subnet`);
  const swap = yield* swapAddress(reset);
  const swapped = swap.kind === "swapped";
  const address = reset.record.written.at(-1)?.address ?? "no address";
  run.story.end("nicSwap", swapped ? `${record.original.address} to ${address}` : swap.message, {
    state: swapped ? "done" : "failed",
  });
  if (swapped) {
    yield* awaitVmUp(run, nic.id);
  }
  return swap;
}

function* conclude(
  reset: Reset,
  swap: Extract<SwapEnd, { kind: "swapped" | "failed" }>,
  back: RestoreEnd,
): Generator<Task, RemedyConclusion, unknown> {
  if (back.kind !== "restored") {
    const message = `${back.message} ${wayBack(reset.nic.id, reset.record)}`;
    yield* closeReset(reset, "unknown", message);
    return { kind: "unknown", code: back.code, message };
  }
  if (swap.kind === "failed") {
    const message = `The reset of NIC ${reset.nic.name} failed; it is as it was. ${swap.message}`;
    yield* closeReset(reset, "undone", message);
    return { kind: "undone", code: swap.code, message };
  }
  const conclusion = yield* proveReset(reset, back);
  yield* closeReset(reset, conclusion.kind === "undone" ? "undone" : "done", conclusion.message);
  return conclusion;
}
