import type { Task } from "durable-functions";

import type { PlannedRemedy } from "../../../shared/domain/diagnosis.ts";
import type { GuestAdapter, NicFacts } from "../../../shared/domain/facts.ts";
import type { LedgerEntry } from "../../../shared/domain/incident.ts";
import type { RemedyConclusion } from "../../../shared/domain/remedy.ts";
import {
  concludeReading,
  concludeSwitch,
  type SwitchExpectation,
} from "../../../shared/proof/conclude-switch.ts";
import { guestDhcpLedgerEntry } from "../../../shared/remedies/guest-dhcp/ledger-entry.ts";
import type { SwitchRequest } from "../../activities/catalogue/guest.ts";
import { nowOf, secondsFromNow, secondsUntil, sleep } from "../clock.ts";
import { readGuestWithin } from "../read-guest.ts";
import { writeLedger, type Run } from "../run.ts";
import { endSwitchBeside, readerBeside } from "./switch-beside.ts";
import { switchGuest } from "./switch-guest.ts";

/** Readings of a guest whose dead-man's task is armed, over the task's time: each one is a Run Command. */
const READINGS_MEANWHILE = 20;

/**
 * Switches one adapter back to DHCP, with its intent in the ledger before and its result after. An unknown result is
 * resolved by reading; until it is known nothing else is tried.
 */
export function* healGuestDhcp(
  run: Run,
  remedy: PlannedRemedy,
): Generator<Task, RemedyConclusion, unknown> {
  const { nic, adapter } = targetOf(run, remedy);
  const notAfter = secondsFromNow(run.context, run.settings.guestSwitchSeconds);
  const { vmId, incidentId } = run;
  const entry = guestDhcpLedgerEntry({ incidentId, nic, adapter, openedAt: nowOf(run.context) });
  const request: SwitchRequest = {
    vmId,
    incidentId,
    ledgerEntryId: entry.id,
    nic,
    adapter,
    notAfter: notAfter.toISOString(),
  };
  const expectation: SwitchExpectation = { incidentId, nic, adapter };
  yield* writeLedger(run, entry);

  run.story.begin("guestSwitch", `"${adapter.name}" to DHCP, with a dead-man switch`);
  const answer = yield* switchGuest(run, request, notAfter);
  let conclusion = concludeSwitch(answer, expectation);
  run.story.end("guestSwitch", conclusion.message, {
    state: conclusion.kind === "right" ? "done" : "failed",
  });
  if (conclusion.kind === "unknown") {
    conclusion = yield* resolveByReading(run, conclusion, { expectation, notAfter });
  }
  yield* endSwitchBeside(run);
  yield* writeLedger(run, closed(entry, conclusion, nowOf(run.context)));
  return conclusion;
}

/** Reads the guest until it shows what the switch left, at the latest when the dead-man's time has passed. */
function* resolveByReading(
  run: Run,
  lost: Extract<RemedyConclusion, { kind: "unknown" }>,
  { expectation, notAfter }: { expectation: SwitchExpectation; notAfter: Date },
): Generator<Task, RemedyConclusion, unknown> {
  const { context, vmId, settings } = run;
  run.story.begin("resolveSwitch", "the switch's answer is unknown: reading the guest");
  const deadline = secondsFromNow(
    context,
    secondsUntil(context, notAfter) + settings.deadManSeconds + settings.guestReadSeconds,
  );
  const pause = Math.max(settings.pollSeconds, settings.deadManSeconds / READINGS_MEANWHILE);
  for (;;) {
    const managed = yield* readerBeside(run, notAfter);
    const reading = yield* readGuestWithin(context, { vmId, settings, managed });
    const expired = secondsUntil(context, notAfter) < 0;
    const conclusion = concludeReading(reading, expectation, expired);
    if (conclusion !== null) {
      run.guest = reading;
      run.story.end("resolveSwitch", conclusion.message);
      return conclusion;
    }
    if (secondsUntil(context, deadline) <= pause) {
      run.story.end("resolveSwitch", "the guest could not be read in time", { state: "failed" });
      return { ...lost, code: "switch-unknown" };
    }
    yield* sleep(context, pause);
  }
}

function targetOf(run: Run, remedy: PlannedRemedy): { nic: NicFacts; adapter: GuestAdapter } {
  const nic = run.facts?.nics.find((candidate) => candidate.id === remedy.nicId);
  const adapters = run.guest?.kind === "read" ? run.guest.facts.adapters : [];
  const adapter = adapters.find((candidate) => candidate.mac === nic?.mac);
  if (nic === undefined || adapter === undefined) {
    throw new TypeError(`The plan names a NIC that the facts do not show: ${remedy.nicId}`);
  }
  return { nic, adapter };
}

function closed(entry: LedgerEntry, conclusion: RemedyConclusion, now: string): LedgerEntry {
  const states = {
    right: "done",
    stale: "untouched",
    untouched: "untouched",
    "other-run": "untouched",
    undone: "undone",
    unknown: "unknown",
  } as const;
  return { ...entry, closedAt: now, state: states[conclusion.kind], result: conclusion.message };
}
