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
  const unread = run.guest?.kind === "unreadable" ? run.guest : null;
  if (unread === null || !mayUseConsole(run)) {
    // Whoever only lets a heal use the console need not hear that it was not needed.
    if (unread !== null || !mayChange(run)) {
      remarkUnlooked(run, whyNotAllowed(run));
    }
    return;
  }
  if (run.silenceTask === null && run.unanswered !== null) {
    startSilence(run);
  }
  yield* awaitSilence(run);
  if (run.probe?.kind !== "silent") {
    remarkUnlooked(run, "the VM is not surely silent");
    return;
  }
  yield* startBackupBeside(run);
  run.guest = { ...unread, console: yield* readConsole(run) };
}

/** An operator who asked for the console is told why nobody looked there. */
function remarkUnlooked(run: Run, why: string): void {
  if (run.purpose.console) {
    run.remarks = [...run.remarks, `The serial console was not opened: ${why}.`];
  }
}

function whyNotAllowed({ settings, facts, guest }: Run): string {
  if (guest?.kind === "read") {
    return "Windows could be read without it";
  }
  if (!settings.allowed.includes("console")) {
    return "the settings do not allow it; add console to REMEDIATOR_ALLOW";
  }
  return facts?.vm.agentReady === true ? "the agent reports" : "nothing is known of the agent";
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
