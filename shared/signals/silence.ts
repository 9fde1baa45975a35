import type { Incident } from "../domain/incident.ts";
import type { OutcomeKind } from "../domain/outcome.ts";
import type { Signal } from "../domain/signal.ts";
import type { Silence } from "../domain/silence.ts";
import { accepted } from "./decoded.ts";

/** Silent rounds, one after another, that raise a signal. */
const ROUNDS = 3;

/** How long a silence that a run has looked at is left to people, in minutes. */
const LEFT_TO_PEOPLE = 1440;

const MINUTE_MS = 60_000;

/** Outcomes that leave nothing to people: a VM that is silent after them is looked at without that wait. */
const NOT_LEFT: ReadonlySet<OutcomeKind> = new Set(["healed", "healthy", "failed"]);

/** Whether a silence is long enough for a signal. */
export function isLong({ rounds }: Silence): boolean {
  return rounds >= ROUNDS;
}

/**
 * Whether a run has looked at a silence less than a day ago, or does now, so that people know of it. The silence began
 * after the round before its first silent one, which was answered: what ended earlier was about something else.
 */
export function isLookedAt(
  { firstMinute }: Silence,
  incidents: readonly Incident[],
  { minute, roundMinutes }: { readonly minute: number; readonly roundMinutes: number },
): boolean {
  const began = (firstMinute - roundMinutes) * MINUTE_MS;
  const dayAgo = (minute - LEFT_TO_PEOPLE) * MINUTE_MS;
  return incidents.some(({ mode, openedAt, closedAt, outcome }) => {
    const at = Date.parse(closedAt ?? openedAt);
    const left = outcome === null || !NOT_LEFT.has(outcome.kind);
    return mode === "heal" && left && at > dayAgo && (closedAt === null || at >= began);
  });
}

/** The signal of a long silence. Its id is the same until it was marked as raised, so that a crash raises no second one. */
export function silenceSignal({ vmId, firstMinute, raised }: Silence, receivedAt: string): Signal {
  return accepted({
    source: "probeRound",
    occurrence: `${firstMinute} ${raised}`,
    target: { kind: "vm", vmId },
    receivedAt,
  }).signal;
}
