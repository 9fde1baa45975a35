import { setTimeout as sleep } from "node:timers/promises";

import type { HostClient } from "../host/host-client.ts";
import type { IncidentView } from "../host/host-schema.ts";
import type { LiveView } from "../terminal/live-terminal.ts";

/** How a signal's way ended, as far as it was watched. */
export type RunEnd =
  | { readonly kind: "incident"; readonly incident: IncidentView }
  | { readonly kind: "ignored"; readonly reason: string; readonly message: string }
  /** Ctrl-C, or the time was up; the run may still go on. */
  | { readonly kind: "left"; readonly incident: IncidentView | null };

/** Where to look, what to show, when to leave. */
export interface Watch {
  readonly client: HostClient;
  readonly view: LiveView;
  readonly leave: AbortSignal;
}

const POLL_MS = 150;

/** Shows the run that answers a signal until it ends. */
export async function followSignal(watch: Watch, signalId: string): Promise<RunEnd> {
  while (!watch.leave.aborted) {
    const signal = await watch.client.signal(signalId);
    if (signal.state === "ignored") {
      return ignored(signal.reason, signal.message);
    }
    if (signal.incidentId !== undefined) {
      return await followIncident(watch, signal.incidentId);
    }
    // A run with an outcome is the one before: this signal's own run is still to come.
    if (signal.run !== null && signal.run.outcome === null) {
      watch.view.show(signal.run);
    }
    await pause(watch.leave);
  }
  return { kind: "left", incident: null };
}

/** Shows an incident's run until its outcome is on record. */
export async function followIncident(watch: Watch, incidentId: string): Promise<RunEnd> {
  for (;;) {
    const incident = await watch.client.incident(incidentId);
    watch.view.show(incident);
    if (incident.outcome !== null && incident.closedAt !== null) {
      return { kind: "incident", incident };
    }
    if (watch.leave.aborted) {
      return { kind: "left", incident };
    }
    await pause(watch.leave);
  }
}

function ignored(reason = "unknown", message = ""): RunEnd {
  return { kind: "ignored", reason, message };
}

async function pause(leave: AbortSignal): Promise<void> {
  await sleep(POLL_MS, undefined, { signal: leave }).catch(() => undefined);
}
