import type { HttpResponseInit } from "@azure/functions";
import { getClient, type DurableClient } from "durable-functions";

import { InvalidInputError } from "../../shared/domain/errors.ts";
import { inParallel } from "../../shared/domain/in-parallel.ts";
import type { Incident, RunStatus } from "../../shared/domain/incident.ts";
import { runStatus } from "../../shared/incidents/run-status.ts";
import type { IncidentQuery } from "../../shared/incidents/store.ts";
import { services } from "../services.ts";
import { errorAnswer } from "./http-answers.ts";
import { httpRoute } from "./http-route.ts";
import { healInstanceId } from "./instances.ts";

/** `GET /api/signals/{id}`: where a signal stands, with the live status of its VM's run. */
httpRoute("signal", {
  method: "GET",
  route: "signals/{id}",
  access: "read",
  handle: async (request, context) => {
    const id = request.params["id"] ?? "";
    const signal = await (await services().store()).getSignal(id);
    if (signal === undefined) {
      return notFound("signal", id);
    }
    const run = signal.vmId === null ? null : await liveStatus(getClient(context), signal.vmId);
    const { state, source, vmId, nicId, receivedAt } = signal;
    return {
      jsonBody: { id, source, vmId, nicId, receivedAt, ...flat(state), run },
    };
  },
});

/** Runs whose status is read at a time for one list. */
const STATUS_READS = 5;

/** `GET /api/incidents`: the newest first; `?open=true` and `?limit=N` narrow it, `?steps=true` adds each one's steps as they happen. */
httpRoute("incidents", {
  method: "GET",
  route: "incidents",
  access: "read",
  handle: async (request, context) => {
    const { steps, ...query } = queryOf(request.query);
    const store = await services().store();
    const stored = await store.listIncidents(query);
    const incidents = steps
      ? await inParallel(stored, STATUS_READS, async (incident) => {
          const live = await withLiveSteps(getClient(context), incident);
          return { ...summary(live), steps: live.steps };
        })
      : stored.map(summary);
    return { jsonBody: { incidents, counters: await store.counters() } };
  },
});

/** `GET /api/incidents/{id}`: everything about one, with its steps as they happen, its ledger, and what evidence is kept. */
httpRoute("incident", {
  method: "GET",
  route: "incidents/{id}",
  access: "read",
  handle: async (request, context) => {
    const id = request.params["id"] ?? "";
    const store = await services().store();
    const incident = await store.getIncident(id);
    if (incident === undefined) {
      return notFound("incident", id);
    }
    const evidence = await store.listEvidence(id);
    return { jsonBody: { ...(await withLiveSteps(getClient(context), incident)), evidence } };
  },
});

async function withLiveSteps(client: DurableClient, incident: Incident): Promise<Incident> {
  if (incident.closedAt !== null) {
    return incident;
  }
  const live = await liveStatus(client, incident.vmId);
  return live?.incidentId === incident.id ? { ...incident, steps: live.steps } : incident;
}

async function liveStatus(client: DurableClient, vmId: string): Promise<RunStatus | null> {
  try {
    const status = await client.getStatus(healInstanceId(vmId));
    return runStatus(status.customStatus);
  } catch {
    // The client throws for an instance which has not been started yet.
    return null;
  }
}

function flat(state: {
  readonly kind: string;
  readonly reason?: string;
  readonly message?: string;
  readonly incidentId?: string;
}): Record<string, string> {
  const { kind, ...rest } = state;
  return { state: kind, ...rest };
}

function summary(incident: Incident): Record<string, unknown> {
  const { id, vmId, vmName, mode, openedAt, closedAt, outcome } = incident;
  return {
    id,
    vmId,
    vmName,
    mode,
    openedAt,
    closedAt,
    outcome: outcome === null ? null : { kind: outcome.kind, code: outcome.code },
  };
}

/** @throws InvalidInputError `invalid-query`, naming every problem. */
function queryOf(query: URLSearchParams): IncidentQuery & { readonly steps: boolean } {
  const open = query.get("open") ?? "false";
  const steps = query.get("steps") ?? "false";
  const limit = query.get("limit") ?? "50";
  const problems = [
    ...(["true", "false"].includes(open) ? [] : ["open: must be true or false"]),
    ...(["true", "false"].includes(steps) ? [] : ["steps: must be true or false"]),
    ...(/^[1-9]\d{0,2}$/u.test(limit) && Number(limit) <= 500 ? [] : ["limit: must be 1 to 500"]),
  ];
  if (problems.length > 0) {
    throw new InvalidInputError(`Cannot read the query. ${problems.join("; ")}`, {
      code: "invalid-query",
      nextStep: "Correct what is named, or leave it out.",
      problems,
    });
  }
  return {
    ...(open === "true" ? { open: true } : {}),
    limit: Number(limit),
    steps: steps === "true",
  };
}

function notFound(what: string, id: string): HttpResponseInit {
  return errorAnswer(404, {
    code: `${what}-not-found`,
    message: `There is no ${what} ${id}.`,
    nextStep: "Look at GET /api/incidents for what there is.",
  });
}
