import type { Task } from "durable-functions";

import type { ConsoleReading, NicFacts } from "../../../shared/domain/facts.ts";
import type { LedgerEntry } from "../../../shared/domain/incident.ts";
import { progressOf } from "../../../shared/remedies/serial-console/dhcp-progress.ts";
import { consoleDhcpLedgerEntry } from "../../../shared/remedies/serial-console/ledger-entry.ts";
import type { DhcpPut } from "../../../shared/remedies/serial-console/put-on-dhcp.ts";
import type { ActivityCatalogue } from "../../activities/catalogue.ts";
import { nowOf } from "../clock.ts";
import { callOr, writeLedger, type Run } from "../run.ts";

/** A lost answer is resolved by looking again: an adapter that is on DHCP already is not switched again. */
const VISITS = 2;

/** What the switch at a command prompt goes by. */
export interface ConsoleDhcpQuestion {
  readonly nics: readonly NicFacts[];
  readonly nic: NicFacts;
  readonly listing: ConsoleReading;
  readonly wrongAddresses: readonly string[];
}

/** Puts a NIC's adapter on DHCP with the configured login, with its intent in the ledger before and its result after. */
export function* putOnDhcpOverConsole(
  run: Run,
  { nics, nic, listing, wrongAddresses }: ConsoleDhcpQuestion,
): Generator<Task, DhcpPut, unknown> {
  const { incidentId, vmId } = run;
  const listed = listing.kind === "listed" ? listing.addresses : [];
  const entry = consoleDhcpLedgerEntry({ incidentId, nic, listed, openedAt: nowOf(run.context) });
  yield* writeLedger(run, entry);
  run.story.begin("consoleLogin", "DHCP at a command prompt, with the configured login");
  const input = { incidentId, ledgerEntryId: entry.id, order: { vmId, nics, nic, wrongAddresses } };
  let put = yield* visit(run, input, null);
  for (let visits = 1; visits < VISITS && put.kind === "unknown"; visits++) {
    put = yield* visit(run, input, put.before);
  }
  const good = put.kind === "on" || put.kind === "restored";
  run.story.end("consoleLogin", put.message, { state: good ? "done" : "failed" });
  yield* writeLedger(run, closed(entry, put, nowOf(run.context)));
  return put;
}

function* visit(
  run: Run,
  input: ActivityCatalogue["putConsoleOnDhcp"]["input"],
  before: DhcpPut["before"],
): Generator<Task, DhcpPut, unknown> {
  return yield* callOr(run, "putConsoleOnDhcp", input, ({ code, message }) => ({
    kind: "unknown",
    code,
    message,
    remarks: [],
    before,
  }));
}

function closed(entry: LedgerEntry, put: DhcpPut, now: string): LedgerEntry {
  const states = {
    on: "done",
    restored: "done",
    untouched: "untouched",
    unknown: "unknown",
  } as const;
  const before = { ...progressOf(entry.before), before: put.before };
  return { ...entry, before, closedAt: now, state: states[put.kind], result: put.message };
}
