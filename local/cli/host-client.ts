import type { z } from "zod";

import { AzureRequestError, InvalidInputError } from "../../shared/domain/errors.ts";
import {
  acceptedSchema,
  incidentSchema,
  incidentsSchema,
  refusedSchema,
  signalSchema,
} from "./host-schema.ts";
import type { IncidentSummary, IncidentView, SignalView } from "./host-schema.ts";

/** What an operator asks the host for. */
export interface RunRequest {
  readonly vmId: string;
  readonly dryRun: boolean;
  readonly readGuest: boolean;
}

/** The local host's HTTP API, as far as the command line uses it. */
export interface HostClient {
  /**
   * Asks for a run; gives the signal's id.
   * @throws InvalidInputError if the host refuses the request: a wrong id, an unknown VM, not Windows.
   */
  request(request: RunRequest): Promise<string>;
  signal(id: string): Promise<SignalView>;
  incident(id: string): Promise<IncidentView>;
  /** The incidents without an outcome, newest first. */
  openIncidents(): Promise<readonly IncidentSummary[]>;
}

/** Longest wait for one answer; `/api/heal` may read the VM from a slow Azure first. */
const TIMEOUT_MS = 120_000;

/** Opens the API of the host at this address. */
export function openHostClient(url: string): HostClient {
  async function get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const response = await fetch(new URL(path, url), { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body: unknown = await response.json();
    if (!response.ok) {
      throw refusalOf(response.status, body, path);
    }
    return schema.parse(body);
  }
  return {
    request: async (request) => {
      const response = await fetch(new URL("/api/heal", url), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(request),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const body: unknown = await response.json().catch(() => null);
      if (!response.ok) {
        throw refusalOf(response.status, body, "/api/heal");
      }
      return acceptedSchema.parse(body).signalId;
    },
    signal: async (id) => await get(`/api/signals/${encodeURIComponent(id)}`, signalSchema),
    incident: async (id) => await get(`/api/incidents/${encodeURIComponent(id)}`, incidentSchema),
    openIncidents: async () =>
      (await get("/api/incidents?open=true&limit=500", incidentsSchema)).incidents,
  };
}

function refusalOf(status: number, body: unknown, path: string): Error {
  const refused = refusedSchema.safeParse(body);
  const { message, ...details } = refused.success
    ? refused.data.error
    : {
        code: "unexpected-answer",
        message: `The local host answered ${path} with ${status} and no reason.`,
        problems: [],
        nextStep: "Run the command again; if it stays so, please report it.",
      };
  if (status < 500) {
    return new InvalidInputError(message, details);
  }
  return new AzureRequestError(message, {
    ...details,
    status,
    azureCode: null,
    retryable: true,
    retryAfterSeconds: null,
    requestId: null,
  });
}
