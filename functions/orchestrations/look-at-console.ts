import type { Task } from "durable-functions";

import type { ConsoleReading } from "../../shared/domain/facts.ts";
import { awaitBootLook, startBootLook } from "./look-at-boot.ts";
import { awaitSilence } from "./read-both-sides.ts";
import { callOr, mayUseConsole, type Run } from "./run.ts";

/**
 * Looks at the serial console where Windows could not be read otherwise. Only once the VM is surely silent, its agent does
 * not report, and the settings allow it: connecting may throw somebody out, and nothing shows that beforehand.
 */
export function* lookAtConsole(run: Run): Generator<Task, void, unknown> {
  if (run.guest?.kind !== "unreadable") {
    return;
  }
  if (run.probe?.kind !== "answers" && run.boot === "not-looked") {
    // Run Command failed: what follows is no work of seconds any more, and may be a change.
    startBootLook(run);
    yield* awaitBootLook(run);
  }
  if (!mayUseConsole(run)) {
    return;
  }
  yield* awaitSilence(run);
  if (run.probe?.kind === "silent") {
    run.guest = { ...run.guest, console: yield* readConsole(run) };
  }
}

/** What the console lists. */
export function* readConsole(run: Run): Generator<Task, ConsoleReading, unknown> {
  const { facts } = run;
  if (facts === null) {
    throw new TypeError("The console was asked for before the Azure facts were read.");
  }
  run.story.begin("consoleRead", "the addresses that Windows' serial console lists");
  const reading = yield* callOr(
    run,
    "readConsole",
    { incidentId: run.incidentId, facts },
    ({ code, message }) => ({
      kind: "unavailable",
      code,
      message,
    }),
  );
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
