import type { Task } from "durable-functions";

import type { LedgerEntry } from "../../../shared/domain/incident.ts";
import type { GhostAdapter, GhostList } from "../../../shared/domain/other-causes.ts";
import type { GhostsAnswer } from "../../../shared/guest/further-envelope.ts";
import {
  closedGhostEntry,
  ghostLedgerEntry,
} from "../../../shared/remedies/ghost-adapters/ledger-entry.ts";
import { isRemovable } from "../../../shared/remedies/ghost-adapters/remove-ghosts.ts";
import { ActivityFailedError, call } from "../call.ts";
import { nowOf, secondsFromNow } from "../clock.ts";
import { runScript, type ScriptEnd } from "../run-script.ts";
import { mayChange, writeLedger, type Run } from "../run.ts";

type Answered = Extract<GhostsAnswer, { kind: "answer" }>;

/**
 * After a NIC reset: tells of the adapters that Windows remembers although they are gone, and removes those of the
 * hypervisor's own network where the settings allow `ghosts`. Gives remarks; nothing of it can fail a heal.
 */
export function* tellOfGhosts(run: Run): Generator<Task, readonly string[], unknown> {
  run.story.begin("ghosts", "adapters that Windows remembers although they are gone");
  try {
    const remarks = yield* tell(run);
    run.story.end("ghosts", remarks.length === 0 ? "Windows remembers none." : remarks.join(" "));
    return remarks;
  } catch (error) {
    if (error instanceof ActivityFailedError) {
      return failed(run, error.failure.message);
    }
    throw error;
  }
}

function* tell(run: Run): Generator<Task, readonly string[], unknown> {
  const listed = yield* askWindows(run, []);
  const answer = answerOf(listed);
  if (answer === null) {
    return failed(run, messageOf(listed));
  }
  const removable = answer.left.ghosts.filter(isRemovable);
  if (removable.length === 0 || !mayRemove(run)) {
    return told(answer.left, removable);
  }
  return yield* remove(run, removable);
}

/** No change without permission by name, nor before the backup is complete. */
function mayRemove(run: Run): boolean {
  return (
    mayChange(run) && run.settings.allowed.includes("ghosts") && run.backup?.kind === "complete"
  );
}

/** Removes the named ghosts, each with its intent in the ledger before and its end after. */
function* remove(
  run: Run,
  ghosts: readonly GhostAdapter[],
): Generator<Task, readonly string[], unknown> {
  const entries: LedgerEntry[] = [];
  for (const ghost of ghosts) {
    const { incidentId, facts, context } = run;
    const nicId = facts?.nics[0]?.id ?? "";
    const entry = ghostLedgerEntry({ incidentId, nicId, ghost, openedAt: nowOf(context) });
    yield* writeLedger(run, entry);
    entries.push(entry);
  }
  const end = yield* askWindows(
    run,
    ghosts.map(({ id }) => id),
  );
  for (const [index, ghost] of ghosts.entries()) {
    const entry = entries[index];
    if (entry !== undefined) {
      const closing = { closedAt: nowOf(run.context), message: messageOf(end) };
      yield* writeLedger(run, closedGhostEntry(entry, endOf(ghost, end), closing));
    }
  }
  return afterRemoval(run, ghosts, end);
}

/** What became of one ghost. */
function endOf(
  { id }: GhostAdapter,
  end: ScriptEnd<GhostsAnswer>,
): Parameters<typeof closedGhostEntry>[1] {
  const answer = answerOf(end);
  if (answer === null) {
    return end.kind === "missing" && !end.sent ? "not-sent" : "unknown";
  }
  const found = answer.removed.find((removal) => removal.id.toLowerCase() === id.toLowerCase());
  return answer.exit === "removed" ? (found?.end ?? "unknown") : "not-sent";
}

function afterRemoval(
  run: Run,
  ghosts: readonly GhostAdapter[],
  end: ScriptEnd<GhostsAnswer>,
): readonly string[] {
  const answer = answerOf(end);
  if (answer === null) {
    return failed(run, messageOf(end));
  }
  const gone = ghosts.filter((ghost) => ["removed", "left-alone"].includes(endOf(ghost, end)));
  const removed =
    gone.length === 0 ? [] : [`Removed from Windows, since they are gone: ${namesOf(gone)}.`];
  return answer.left.count === 0
    ? removed
    : [...removed, `${adapters(answer.left.count)} left that Windows remembers. ${BY_HAND}`];
}

const BY_HAND =
  'In Device Manager, show hidden devices and uninstall only greyed "Microsoft Hyper-V Network Adapter" devices.';

/** What a person should know of ghosts that stay. */
function told({ count, ghosts }: GhostList, removable: readonly GhostAdapter[]): readonly string[] {
  if (count === 0) {
    return [];
  }
  const hint =
    removable.length === 0
      ? "None of them is of the kind that may be removed safely."
      : `${BY_HAND} REMEDIATOR_ALLOW=ghosts lets this program do that after a NIC reset.`;
  return [`${adapters(count)} that Windows remembers: ${namesOf(ghosts)}. ${hint}`];
}

function adapters(count: number): string {
  return count === 1 ? "There is 1 adapter" : `There are ${count} adapters`;
}

function namesOf(ghosts: readonly GhostAdapter[]): string {
  return ghosts.map(({ name }) => `"${name}"`).join(", ");
}

function failed(run: Run, message: string): readonly string[] {
  run.story.end("ghosts", message, { state: "failed" });
  return [`Whether Windows remembers adapters that are gone could not be settled: ${message}`];
}

function* askWindows(
  run: Run,
  ids: readonly string[],
): Generator<Task, ScriptEnd<GhostsAnswer>, unknown> {
  const { context, vmId, settings } = run;
  const notAfter = secondsFromNow(context, settings.guestReadSeconds).toISOString();
  return yield* runScript(
    run,
    {
      *start(patience) {
        return yield* call(context, "startGhosts", { vmId, remove: ids, notAfter }, patience);
      },
      *poll(operation, patience) {
        return yield* call(context, "pollGhosts", { vmId, operation }, patience);
      },
    },
    settings.guestReadSeconds,
  );
}

function answerOf(end: ScriptEnd<GhostsAnswer>): Answered | null {
  return end.kind === "answered" && end.answer.kind === "answer" ? end.answer : null;
}

function messageOf(end: ScriptEnd<GhostsAnswer>): string {
  if (end.kind === "missing") {
    return end.message;
  }
  return end.answer.kind === "unavailable"
    ? end.answer.message
    : `The script ended as ${end.answer.exit}.`;
}
