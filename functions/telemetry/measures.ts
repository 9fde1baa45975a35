import type { Meter } from "@opentelemetry/api";

import type { Incident } from "../../shared/domain/incident.ts";
import type { SignalSource, SignalState } from "../../shared/domain/signal.ts";
import { secondsBetween } from "./seconds-between.ts";

/** Bounds of both histograms, in seconds: from an instant simulation to a slow night in Azure. */
const SECONDS = [0.1, 0.5, 1, 5, 10, 30, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200];

/** After that a look at the open incidents is too old to be told: another process may have the timer now. */
const FRESH_MILLISECONDS = 150_000;

/** The instruments. Their names and attributes are what alerts and the workbook are built on; none holds an id. */
export interface Measures {
  readonly incidentClosed: (incident: Incident) => void;
  readonly signals: (
    signals: readonly { readonly source: SignalSource }[],
    state: SignalState,
  ) => void;
  readonly incidentsOpen: (openedAt: readonly string[]) => void;
}

/** Makes the instruments. */
export function measuresOf(meter: Meter): Measures {
  const signals = meter.createCounter("remediator.signals", {
    description: "Signals that came into a state",
    unit: "{signal}",
  });
  return {
    incidentClosed: incidentMeasures(meter),
    signals: (those, state) => {
      const reason = state.kind === "ignored" ? state.reason : "none";
      for (const { source } of those) {
        signals.add(1, { source, state: state.kind, reason });
      }
    },
    incidentsOpen: openMeasures(meter),
  };
}

function incidentMeasures(meter: Meter): Measures["incidentClosed"] {
  const incidents = meter.createCounter("remediator.incidents", {
    description: "Incidents that ended",
    unit: "{incident}",
  });
  const remedies = meter.createCounter("remediator.remedies", {
    description: "Changes of incidents that ended, by what became of them",
    unit: "{change}",
  });
  const recordTimes = timeMeasures(meter);
  return (incident) => {
    const { mode, outcome, ledger } = incident;
    if (outcome !== null) {
      incidents.add(1, { outcome: outcome.kind, code: outcome.code, mode });
    }
    for (const { remedy, state } of ledger) {
      remedies.add(1, { remedy, state });
    }
    recordTimes(incident);
  };
}

function timeMeasures(meter: Meter): Measures["incidentClosed"] {
  const advice = { explicitBucketBoundaries: SECONDS };
  const timeToHeal = meter.createHistogram("remediator.time_to_heal", {
    description: "From the opening of an incident that healed to its first proof",
    unit: "s",
    advice,
  });
  const stepDuration = meter.createHistogram("remediator.step.duration", {
    description: "Durations of the steps of incidents that ended",
    unit: "s",
    advice,
  });
  return ({ outcome, openedAt, provenAt, steps }) => {
    if (outcome?.kind === "healed" && provenAt !== null) {
      timeToHeal.record(secondsBetween(openedAt, provenAt), { remedy: outcome.code });
    }
    for (const { name, startedAt, endedAt, state } of steps) {
      if (endedAt !== null) {
        stepDuration.record(secondsBetween(startedAt, endedAt), { step: name, result: state });
      }
    }
  };
}

function openMeasures(meter: Meter): Measures["incidentsOpen"] {
  let seen = { at: 0, count: 0, oldestSeconds: 0 };
  function isFresh(): boolean {
    return Date.now() - seen.at < FRESH_MILLISECONDS;
  }
  meter
    .createObservableGauge("remediator.incidents.open", {
      description: "Open incidents at the last sweep",
      unit: "{incident}",
    })
    .addCallback((result) => {
      if (isFresh()) {
        result.observe(seen.count);
      }
    });
  meter
    .createObservableGauge("remediator.incidents.oldest_age", {
      description: "Age of the oldest open incident at the last sweep; 0: none is open",
      unit: "s",
    })
    .addCallback((result) => {
      if (isFresh()) {
        result.observe(seen.oldestSeconds);
      }
    });
  return (openedAt) => {
    const at = Date.now();
    const oldest = Math.min(at, ...openedAt.map((instant) => Date.parse(instant)));
    seen = { at, count: openedAt.length, oldestSeconds: (at - oldest) / 1000 };
  };
}
