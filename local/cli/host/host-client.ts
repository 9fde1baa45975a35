import { z } from "zod";

import { retryAfterSeconds } from "../../../shared/azure/retry-after.ts";
import {
  AzureRequestError,
  ConfigurationError,
  InvalidInputError,
} from "../../../shared/domain/errors.ts";
import {
  acceptedSchema,
  incidentSchema,
  incidentsSchema,
  refusedSchema,
  signalSchema,
} from "./host-schema.ts";
import type { IncidentSummary, IncidentView, SignalView } from "./host-schema.ts";

const described = z.object({
  message: z.string().default(""),
  code: z.coerce.string().default(""),
});

/** What an operator asks the host for. */
export interface RunRequest {
  readonly vmId: string;
  readonly dryRun: boolean;
  readonly readGuest: boolean;
  readonly console: boolean;
  readonly pinAddress: boolean;
}

/** The HTTP API of a host, local or deployed, as far as the command line uses it. */
export interface HostClient {
  /**
   * Asks for a run; gives the signal's id.
   * @throws InvalidInputError if the host refuses the request: a wrong id, an unknown VM, not Windows.
   */
  request(request: RunRequest): Promise<string>;
  /**
   * Asks for a rollback; gives the signal's id.
   * @throws InvalidInputError if the host refuses the request: no such incident, or it has not ended.
   */
  rollback(incidentId: string, request: { readonly dryRun: boolean }): Promise<string>;
  signal(id: string): Promise<SignalView>;
  incident(id: string): Promise<IncidentView>;
  /** The incidents without an outcome, newest first, with their steps as they happen; at most 500. */
  openIncidents(): Promise<readonly IncidentSummary[]>;
  /** The newest incidents, whether they are open or closed, newest first; at most 50. */
  newestIncidents(): Promise<readonly IncidentSummary[]>;
}

/** How a host is asked, where that differs from the one in this process. */
export interface HostAccess {
  /** A deployed host's function key. @default none */
  readonly key?: string;
  /** Gives a token that a deployed host takes instead; asked for each request. @default none */
  readonly token?: () => Promise<string>;
  /** Ends the wait for an answer. @default never */
  readonly leave?: AbortSignal;
  /** Longest wait for one answer. @default 120,000; `/api/heal` may read the VM from a slow Azure first */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 120_000;

/** Why a host cannot be used, as the `code` of a ConfigurationError: it may be away, or it never will do. */
export const HOST_CODES = {
  away: "no-host",
  refusesKey: "host-key-refused",
  foreign: "not-a-remediator",
} as const;

/**
 * Opens the API of the host at this address. Every call throws ConfigurationError with one of `HOST_CODES` where the host
 * cannot be used, InvalidInputError where it refuses what was asked, AzureRequestError where it is in trouble itself or is asked too often.
 */
export function openHostClient(url: string, access: HostAccess = {}): HostClient {
  async function call<T>(path: string, schema: z.ZodType<T>, body?: object): Promise<T> {
    const target = new URL(path, url);
    const answer = await ask(target, access, body);
    if (answer.status < 200 || answer.status > 299) {
      throw refusalOf(answer, target);
    }
    const parsed = schema.safeParse(answer.body);
    if (!parsed.success) {
      throw foreign(target, "with something else than this program's host gives");
    }
    return parsed.data;
  }
  return {
    request: async (request) => signalOf(await call("/api/heal", acceptedSchema, request)),
    rollback: async (id, request) => {
      const path = `/api/incidents/${encodeURIComponent(id)}/rollback`;
      return signalOf(await call(path, acceptedSchema, request));
    },
    signal: async (id) => await call(`/api/signals/${encodeURIComponent(id)}`, signalSchema),
    incident: async (id) => await call(`/api/incidents/${encodeURIComponent(id)}`, incidentSchema),
    openIncidents: async () =>
      (await call("/api/incidents?open=true&steps=true&limit=500", incidentsSchema)).incidents,
    newestIncidents: async () => (await call("/api/incidents?limit=50", incidentsSchema)).incidents,
  };
}

/** The signal of an accepted request; nobody should wait for the run of one that is paused. */
function signalOf({ signalId, paused }: z.output<typeof acceptedSchema>): string {
  if (paused) {
    throw new ConfigurationError(`The request is stored as ${signalId}, but runs are paused.`, {
      code: "paused",
      nextStep: "Unset REMEDIATOR_PAUSED where the host runs; the run starts by itself then.",
    });
  }
  return signalId;
}

interface Answer {
  readonly status: number;
  /** Null if it is not JSON. */
  readonly body: unknown;
  /** Null if it does not say when to ask again. */
  readonly retryAfterSeconds: number | null;
}

async function ask(url: URL, access: HostAccess, body?: object): Promise<Answer> {
  const credentials = await credentialsOf(access);
  const timeout = AbortSignal.timeout(access.timeoutMs ?? TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...credentials,
      },
      // Followed, a redirect would take the key or the token to another host.
      redirect: "manual",
      signal: access.leave === undefined ? timeout : AbortSignal.any([timeout, access.leave]),
    });
    return {
      status: response.status,
      body: jsonOrNull(await response.text()),
      retryAfterSeconds: retryAfterSeconds(response.headers, Date.now()),
    };
  } catch (error) {
    throw new ConfigurationError(`No host answers at ${url.origin}: ${reasonOf(error)}.`, {
      code: HOST_CODES.away,
      nextStep: 'Check the address; on this machine, start a host with "remediator serve".',
      cause: error,
    });
  }
}

async function credentialsOf({ key, token }: HostAccess): Promise<Record<string, string>> {
  return {
    ...(key === undefined ? {} : { "x-functions-key": key }),
    ...(token === undefined ? {} : { authorization: `Bearer ${await token()}` }),
  };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What `fetch` throws says only in its cause what went wrong. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  // Where each of several addresses failed, there is a code but no message.
  const { message, code } = described.parse(cause);
  return message === "" ? code : message;
}

function foreign(url: URL, answered: string): ConfigurationError {
  return new ConfigurationError(`${url.origin} answered ${url.pathname} ${answered}.`, {
    code: HOST_CODES.foreign,
    nextStep: "Check the address: it is that of a local or deployed host, without a path.",
  });
}

function refusalOf({ status, body, retryAfterSeconds: wait }: Answer, url: URL): Error {
  const passes = status === 429 || status >= 500;
  const refused = refusedSchema.safeParse(body).data;
  if (status === 401 || (status === 403 && refused === undefined)) {
    return new ConfigurationError(
      `${url.origin} answered ${status}: it does not take the key or the token.`,
      {
        code: HOST_CODES.refusesKey,
        nextStep:
          "Set REMEDIATOR_HOST_KEY to a key of the function app, or REMEDIATOR_ENTRA_AUDIENCE to its application's identifier URI. With the right one, 403 means that the app is stopped or that it restricts who may call it.",
      },
    );
  }
  if (refused === undefined && !passes) {
    return foreign(url, `with ${status} and no reason`);
  }
  const { message, ...details } = refused?.error ?? {
    code: "unexpected-answer",
    message: `${url.origin} answered ${url.pathname} with ${status} and no reason.`,
    problems: [],
    nextStep: "Run the command again; if it stays so, please report it.",
  };
  if (!passes) {
    return new InvalidInputError(message, details);
  }
  return new AzureRequestError(message, {
    ...details,
    status,
    azureCode: null,
    retryable: true,
    retryAfterSeconds: wait,
    requestId: null,
  });
}
