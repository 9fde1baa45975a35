import { inParallel } from "../../shared/domain/in-parallel.ts";
import type { Incident } from "../../shared/domain/incident.ts";
import type { Signal, SignalState } from "../../shared/domain/signal.ts";
import type { IncidentPatch, IncidentStore } from "../../shared/incidents/store.ts";
import type { Telemetry } from "./telemetry.ts";

/** Signals that are read at a time before they are settled. */
const READS = 8;

/**
 * Has what changes in the store told: there alone it is known whether something happened for the first time. An activity
 * that runs again finds it on record, and nothing is told again; only of two that run at the very same time both may be.
 */
export function watchedStore(store: IncidentStore, telemetry: Telemetry): IncidentStore {
  const addSignal = store.addSignal.bind(store);
  const settleSignals = store.settleSignals.bind(store);
  const updateIncident = store.updateIncident.bind(store);
  return Object.assign(store, {
    async addSignal(signal: Signal): Promise<"added" | "known"> {
      const added = await addSignal(signal);
      if (added === "added") {
        telemetry.signalStored(signal);
      }
      return added;
    },
    async settleSignals(ids: readonly string[], state: SignalState): Promise<void> {
      const before = await inParallel(ids, READS, async (id) => await store.getSignal(id));
      await settleSignals(ids, state);
      telemetry.signalsSettled(before.filter(isPending), state);
    },
    async updateIncident(id: string, patch: IncidentPatch): Promise<void> {
      const open = closes(patch) ? await openOne(store, id) : null;
      await updateIncident(id, patch);
      if (open !== null) {
        telemetry.incidentClosed({ ...open, ...patch });
      }
    },
  });
}

function isPending(signal: Signal | undefined): signal is Signal {
  return signal?.state.kind === "pending";
}

function closes({ closedAt }: IncidentPatch): boolean {
  return typeof closedAt === "string";
}

async function openOne(store: IncidentStore, id: string): Promise<Incident | null> {
  const incident = await store.getIncident(id);
  return incident?.closedAt === null ? incident : null;
}
