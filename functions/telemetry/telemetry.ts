import type { Incident } from "../../shared/domain/incident.ts";
import type { Signal, SignalState } from "../../shared/domain/signal.ts";

/** One attempt of an activity that belongs to an incident. */
export interface EndedActivity {
  readonly name: string;
  readonly incidentId: string;
  /** From 1. */
  readonly attempt: number;
  readonly startedAt: Date;
  readonly endedAt: Date;
  /** Code of its failure; null: it has none. */
  readonly failure: string | null;
}

/**
 * What is told to those who watch this program over time. Nothing here waits for anybody, or throws: a collector that is
 * gone must not harm a heal.
 */
export interface Telemetry {
  activityEnded(activity: EndedActivity): void;
  /** A signal was stored that was not there before. */
  signalStored(signal: Signal): void;
  /** Pending signals got that state. */
  signalsSettled(signals: readonly Signal[], state: SignalState): void;
  /** An incident that was open has ended. */
  incidentClosed(incident: Incident): void;
  /** These incidents are open; instants of their opening, ISO 8601 UTC. */
  incidentsOpen(openedAt: readonly string[]): void;
  /** Sends what is left, for a few seconds at most; the last thing that is called. */
  stop(): Promise<void>;
}

/** Tells nobody. */
export const NO_TELEMETRY: Telemetry = {
  activityEnded: () => undefined,
  signalStored: () => undefined,
  signalsSettled: () => undefined,
  incidentClosed: () => undefined,
  incidentsOpen: () => undefined,
  stop: async () => {
    await Promise.resolve();
  },
};
