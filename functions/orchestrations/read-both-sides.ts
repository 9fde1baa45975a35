import type { Task } from "durable-functions";

import type { AzureFacts, GuestReading } from "../../shared/domain/facts.ts";
import type { Outcome } from "../../shared/domain/outcome.ts";
import type { ProbeAnswer } from "../../shared/facts/probe.ts";
import { answerOf, schedule } from "./call.ts";
import { nowOf } from "./clock.ts";
import { startBootLookIfMute } from "./look-at-boot.ts";
import { managedOwner } from "./managed-command.ts";
import { checkHindrances, readAzure } from "./read-azure.ts";
import { callFor, callOr, mayChange, mayUseConsole, type Run } from "./run.ts";
import { resultOf, startStory } from "./sub-stories.ts";

/** Ends of a Run Command that a stopped, restarted or deleted VM explains. */
const INTERRUPTIONS = new Set(["not-running", "gone", "run-command-failed"]);

/** Sends the first probe while the subnets are read. */
export function* firstProbe(run: Run, facts: AzureFacts): Generator<Task, ProbeAnswer, unknown> {
  run.story.begin("probe");
  const startedAt = nowOf(run.context);
  const probing = { facts, nicId: run.purpose.nicId };
  const tasks = [
    schedule(run.context, "probe", probing),
    schedule(run.context, "readSubnets", { facts }),
  ];
  const [probeResult, subnetsResult] = yield* resultsOf(run, tasks);
  const probed = answerOf<"probe">(probeResult);
  const subnets = answerOf<"readSubnets">(subnetsResult);
  run.facts = subnets.ok ? subnets.value : yield* callFor(run, "readSubnets", { facts });
  run.story.end("azureFacts", describeFacts(run.facts));
  const answer = probed.ok
    ? probed.value
    : yield* callOr(run, "probe", probing, ({ message }) => notProbed(message));
  if (answer.kind === "answers") {
    run.probe = answer;
  }
  run.silentSince = answer.kind === "answers" ? null : startedAt;
  run.story.end("probe", answer.detail);
  return answer;
}

/** A probe that could not be made counts as unanswered. */
function notProbed(detail: string): ProbeAnswer {
  return { kind: "no-answer", address: null, detail };
}

function* resultsOf(run: Run, tasks: Task[]): Generator<Task, readonly unknown[], unknown> {
  const results: unknown = yield run.context.df.Task.all(tasks);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Task.all gives the results of its tasks, in order
  return results as readonly unknown[];
}

/**
 * Reads the guest; beside it further probes confirm the silence, and the snapshot starts if the signal allows it. Gives
 * an outcome if the VM turns out to have been stopped or deleted meanwhile.
 */
export function* gatherGuestFacts(
  run: Run,
  first: ProbeAnswer,
): Generator<Task, Outcome | null, unknown> {
  const unanswered = first.kind !== "answers";
  run.unanswered = unanswered ? first : null;
  if (unanswered && mayChange(run)) {
    startSilence(run);
  }
  const guest = run.purpose.readGuest && !mayUseConsole(run) ? startGuestRead(run) : null;
  if (unanswered && run.purpose.alerted && mayChange(run)) {
    startBackup(run);
  }
  const boot = startBootLookIfMute(run);
  run.guest = yield* guestBeside(run, guest, [run.silenceTask, run.backupTask, boot]);
  return wasInterrupted(run.guest) ? yield* readBothSidesAgain(run) : null;
}

/**
 * Reads everything anew, since something changed under way: both sides must be of the same time, and a VM that was
 * stopped or deleted needs no heal. Gives an outcome if it may not be touched any more.
 */
export function* readBothSidesAgain(run: Run): Generator<Task, Outcome | null, unknown> {
  yield* awaitSilence(run);
  const azure = yield* readAzure(run);
  if (azure.kind === "ended") {
    return azure.outcome;
  }
  run.facts = yield* callFor(run, "readSubnets", { facts: azure.facts });
  run.story.end("azureFacts", describeFacts(run.facts));
  const hindered = yield* checkHindrances(run);
  if (hindered !== null) {
    return hindered;
  }
  run.probe = null;
  run.unanswered = null;
  startSilence(run);
  run.guest = yield* guestBeside(run, startGuestRead(run), [run.silenceTask]);
  return null;
}

/** Waits for the guest while the other parts, none of which was awaited yet, run beside it. */
function* guestBeside(
  run: Run,
  guest: Task | null,
  others: readonly (Task | null)[],
): Generator<Task, GuestReading, unknown> {
  const beside = [guest, ...others].filter((task) => task !== null);
  if (beside.length > 0) {
    // Schedules them all; each is awaited on its own later.
    yield run.context.df.Task.any(beside);
  }
  return guest === null ? notRead(run) : yield* awaitGuest(run, guest);
}

/** A VM that is not as Azure said a moment ago. */
function wasInterrupted(guest: GuestReading): boolean {
  return guest.kind === "unreadable" && INTERRUPTIONS.has(guest.code);
}

/** Starts the backup beside the story, once; `backup.ts` waits for it. */
export function startBackup(run: Run): void {
  if (run.backupTask !== null || run.facts === null) {
    return;
  }
  run.story.begin("backup", "snapshot of the OS disk");
  run.backupTask = startStory(run.context, "makeBackup", {
    facts: run.facts,
    incidentId: run.incidentId,
    openedAt: run.openedAt,
    settings: run.settings,
  });
}

function startGuestRead(run: Run): Task {
  run.story.begin("guestRead", "read-only script over Run Command");
  const { vmId, settings } = run;
  return startStory(run.context, "readGuest", { vmId, settings, managed: managedOwner(run) });
}

/** Starts the further probes beside the story, which `awaitSilence` waits for. */
export function startSilence(run: Run): void {
  const { facts, settings, purpose, unanswered } = run;
  if (facts !== null) {
    run.silentSince ??= nowOf(run.context);
    run.story.begin(
      "confirmSilence",
      `${settings.probeCount} probes over ${settings.probeWindowSeconds} s`,
    );
    const question = { facts, nicId: purpose.nicId, settings, unanswered };
    run.silenceTask = startStory(run.context, "confirmSilence", question);
  }
}

/** Waits for the further probes, if there are any, and keeps what they say. */
export function* awaitSilence(run: Run): Generator<Task, void, unknown> {
  if (run.silenceTask !== null) {
    const { result, endedAt } = yield* resultOf("confirmSilence", run.silenceTask);
    run.probe = result;
    run.silentSince = result.kind === "silent" ? run.silentSince : null;
    run.silenceTask = null;
    run.unanswered = null;
    run.story.end("confirmSilence", result.detail, { at: endedAt });
  }
}

function* awaitGuest(run: Run, guest: Task): Generator<Task, GuestReading, unknown> {
  const { result, endedAt } = yield* resultOf("readGuest", guest);
  const state = result.kind === "read" ? "done" : "failed";
  run.story.end("guestRead", describeReading(result), { state, at: endedAt });
  return result;
}

function notRead(run: Run): GuestReading {
  return mayUseConsole(run)
    ? {
        kind: "unreadable",
        code: "agent-missing",
        message: "The VM agent does not report, so no Run Command was sent.",
      }
    : { kind: "unreadable", code: "not-read", message: "The guest was not read, as asked." };
}

function describeFacts(facts: AzureFacts): string {
  const addresses = facts.nics.flatMap((nic) =>
    nic.ipConfigurations.map((ip) => ip.address ?? "no address"),
  );
  return `${facts.vm.name} is ${facts.vm.powerState}; Azure gave it ${addresses.join(", ")}`;
}

function describeReading(reading: GuestReading): string {
  if (reading.kind === "unreadable") {
    return reading.message;
  }
  const adapters = reading.facts.adapters.map((adapter) => {
    const addresses = adapter.addresses.map((address) => address.ip).join(", ");
    return `"${adapter.name}" ${addresses} (DHCP ${adapter.dhcp === true ? "on" : "off"})`;
  });
  const over = reading.over === undefined ? "" : " (over a managed Run Command)";
  return `Windows has ${adapters.join("; ")}${over}`;
}
