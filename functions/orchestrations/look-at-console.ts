import type { Task } from "durable-functions";

import type { ConsoleReading } from "../../shared/domain/facts.ts";
import { awaitSilence, startBackup, startSilence } from "./read-both-sides.ts";
import { callOr, mayChange, mayUseConsole, type Run } from "./run.ts";

/**
 * Looks at the serial console where Windows could not be read otherwise. Only once the VM is surely silent, its agent does
 * not report, and the settings allow it: connecting may throw somebody out, and nothing shows that beforehand. A run that
 * changes nothing looks there only if its operator asked for that; one that may change something makes its snapshot beside.
 */
export function* lookAtConsole(run: Run): Generator<Task, void, unknown> {
  const why = whyNot(run) ?? ((yield* isSurelySilent(run)) ? null : NOT_SILENT);
  if (why === null && run.guest?.kind === "unreadable") {
    yield* startBackupBeside(run);
    run.guest = { ...run.guest, console: yield* readConsole(run) };
  } else if (run.purpose.console && why !== NOT_NEEDED) {
    // An operator who asked for the console is told why nobody looked there.
    run.remarks = [...run.remarks, `The serial console was not opened: ${why}.`];
  }
}

const NOT_SILENT = "the VM is not surely silent";
/** Whoever only lets a heal use the console need not hear that it did not. */
const NOT_NEEDED = "";

/** Why the console may not be opened, or need not; null: it may once the VM is silent. */
function whyNot(run: Run): string | null {
  const { guest, settings } = run;
  if (guest?.kind !== "unreadable") {
    return mayChange(run) ? NOT_NEEDED : "Windows could be read without it";
  }
  if (mayUseConsole(run)) {
    return null;
  }
  return settings.allowed.includes("console")
    ? "the agent reports"
    : "the settings do not allow it; add console to REMEDIATOR_ALLOW";
}

function* isSurelySilent(run: Run): Generator<Task, boolean, unknown> {
  if (run.silenceTask === null && run.unanswered !== null) {
    startSilence(run);
  }
  yield* awaitSilence(run);
  return run.probe?.kind === "silent";
}

/** A snapshot that was not started by the signal already is begun here, and not waited for. */
function* startBackupBeside(run: Run): Generator<Task, void, unknown> {
  if (!mayChange(run) || run.backupTask !== null) {
    return;
  }
  startBackup(run);
  const { df } = run.context;
  const begun = [run.backupTask, df.createTimer(df.currentUtcDateTime)];
  // A task is begun by the first wait that it is part of.
  yield df.Task.any(begun.filter((task) => task !== null));
}

/** What the console lists. */
export function* readConsole(run: Run): Generator<Task, ConsoleReading, unknown> {
  const { facts, incidentId } = run;
  if (facts === null) {
    throw new TypeError("The console was asked for before the Azure facts were read.");
  }
  run.story.begin("consoleRead", "the addresses that Windows' serial console lists");
  const reading = yield* callOr(run, "readConsole", { incidentId, facts }, ({ code, message }) => ({
    kind: "unavailable",
    code,
    message,
  }));
  const state = reading.kind === "listed" ? "done" : "failed";
  run.story.end("consoleRead", describe(reading), { state });
  return reading;
}

function describe(reading: ConsoleReading): string {
  if (reading.kind === "unavailable") {
    return reading.message;
  }
  const listed = reading.addresses.map(({ network, ip }) => `${ip} (network number ${network})`);
  return listed.length === 0 ? "SAC lists no IPv4 address" : `SAC lists ${listed.join(", ")}`;
}
