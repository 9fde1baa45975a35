import { z } from "zod";

import { AzureRequestError, ConfigurationError } from "../domain/errors.ts";
import { retryAfterSeconds } from "./retry-after.ts";
import type { HeadersLike } from "./retry-after.ts";

const restError = z.object({
  name: z.literal("RestError"),
  message: z.string(),
  statusCode: z.number().optional(),
  code: z.string().optional().catch(undefined),
  response: z
    .object({
      headers: z.custom<HeadersLike>(
        (value) => typeof value === "object" && value !== null && "get" in value,
      ),
    })
    .optional()
    .catch(undefined),
});
const authenticationError = z.object({ statusCode: z.number() });

/** What is known of a failed request before it is put into words. */
interface Failure {
  readonly status: number | null;
  readonly azureCode: string | null;
  readonly message: string;
  readonly code: string;
  readonly retryable: boolean;
  readonly headers: HeadersLike | null;
}

/** Azure's own codes of 409 that say "later": the resource is well, something else is at work on it. */
const SAYS_LATER = new Set([
  "anotheroperationinprogress",
  "operationpreempted",
  "retryableerror",
  "retryableerrorduetoanotheroperation",
]);
const CREDENTIAL_ERRORS = new Set([
  "AggregateAuthenticationError",
  "AuthenticationError",
  "AuthenticationRequiredError",
  "CredentialUnavailableError",
]);
/**
 * A managed identity's endpoint was asked and gave no token: `@azure/identity` keeps neither its status nor its timeout apart. Where
 * there is no such endpoint, as on a laptop, the text goes on as excluded here.
 */
const IDENTITY_ENDPOINT_FAILED =
  /ManagedIdentityCredential: (?:Authentication failed|Network unreachable)(?!\. Message:? Attempted to use the IMDS endpoint, but it is not available)/u;
const MESSAGE_LIMIT = 600;

/**
 * Puts what an SDK threw into this program's words. `tried` completes "Cannot …", for example "read VM vm-web-01".
 * The message holds no token, header, address or identity.
 */
export function toAzureRequestError(error: unknown, tried: string): AzureRequestError {
  if (error instanceof AzureRequestError) {
    return error;
  }
  const failure = describe(error);
  const came = [failure.status ?? "no answer", failure.azureCode].filter((part) => part !== null);
  return new AzureRequestError(`Cannot ${tried} (${came.join(" ")}). ${failure.message}`, {
    code: failure.code,
    nextStep: nextStepOf(failure),
    status: failure.status,
    azureCode: failure.azureCode,
    retryable: failure.retryable,
    retryAfterSeconds:
      failure.headers === null ? null : retryAfterSeconds(failure.headers, Date.now()),
    requestId: failure.headers?.get("x-ms-request-id") ?? null,
  });
}

/** Runs a request and puts its failure into words. @throws AzureRequestError */
export async function inWords<T>(tried: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw toAzureRequestError(error, tried);
  }
}

/** As `inWords`, with null where Azure says that the thing does not exist. @throws AzureRequestError */
export async function unlessMissing<T>(
  tried: string,
  request: () => Promise<T>,
): Promise<T | null> {
  try {
    return await request();
  } catch (error) {
    const failure = toAzureRequestError(error, tried);
    if (failure.status === 404) {
      return null;
    }
    throw failure;
  }
}

function describe(error: unknown): Failure {
  const rest = restError.safeParse(error);
  if (rest.success) {
    return describeRestError(rest.data);
  }
  if (!(error instanceof Error)) {
    return unexpected("unexpected-error", "Something unknown was thrown.");
  }
  if (["AbortError", "TimeoutError"].includes(error.name)) {
    return unanswered("No complete answer came in time.");
  }
  if (CREDENTIAL_ERRORS.has(error.name)) {
    return withoutCredential(error);
  }
  const code = error instanceof ConfigurationError ? error.code : "unexpected-error";
  return unexpected(code, error.message);
}

function describeRestError(error: z.output<typeof restError>): Failure {
  const { statusCode, response, message, code } = error;
  return statusCode === undefined
    ? unanswered(message)
    : answered(statusCode, code ?? null, message, response?.headers ?? null);
}

function unexpected(code: string, message: string): Failure {
  return {
    status: null,
    azureCode: null,
    message: withoutSecrets(message),
    code,
    retryable: false,
    headers: null,
  };
}

function unanswered(message: string): Failure {
  return {
    status: null,
    azureCode: null,
    message: withoutSecrets(message),
    code: "no-answer",
    retryable: true,
    headers: null,
  };
}

function answered(
  status: number,
  azureCode: string | null,
  message: string,
  headers: HeadersLike | null,
): Failure {
  const later = SAYS_LATER.has((azureCode ?? "").toLowerCase());
  return {
    status,
    azureCode,
    message: withoutSecrets(message),
    code: azureCode?.toLowerCase() === "scopelocked" ? "locked" : codeOfStatus(status),
    retryable: later || isTransient(status),
    headers,
  };
}

function withoutCredential(error: Error): Failure {
  const status = authenticationError.safeParse(error).data?.statusCode ?? null;
  return {
    status,
    azureCode: null,
    message: "No access token could be had.",
    code: "no-credential",
    retryable: status === null ? IDENTITY_ENDPOINT_FAILED.test(error.message) : isTransient(status),
    headers: null,
  };
}

/** Whether the same request may succeed later: 408, 429, and 5xx but for 501 and 505, which will never change. */
function isTransient(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

const CODES: Readonly<Record<number, string>> = {
  401: "unauthenticated",
  403: "forbidden",
  404: "not-found",
  409: "conflict",
  412: "changed-meanwhile",
  429: "throttled",
};

function codeOfStatus(status: number): string {
  return CODES[status] ?? (isTransient(status) ? "azure-unavailable" : "rejected");
}

const NEXT_STEPS: Readonly<Record<string, string>> = {
  "no-answer": "Check the network between this program and Azure; the request is made again.",
  "no-credential": "Sign in with 'az login', or give the function app a managed identity.",
  unauthenticated:
    "Check that the identity still exists and belongs to the tenant of the subscription.",
  "not-found": "Check that the resource still exists.",
  conflict: "Look at the activity log of the resource for what else is at work on it.",
  locked: "Remove the lock from the scope that Azure's message names.",
  "changed-meanwhile": "Read the resource again: somebody changed it meanwhile.",
  throttled: "Wait: Azure limits the number of requests; the request is made again.",
  "azure-unavailable":
    "Wait, and look at Azure's status page if it lasts; the request is made again.",
};

function nextStepOf(failure: Failure): string {
  if (failure.status === 403) {
    return grantStep(failure.message);
  }
  if (failure.code === "no-credential" && failure.retryable) {
    return "Check the managed identity and Entra's health if it lasts; the request is made again.";
  }
  return NEXT_STEPS[failure.code] ?? "Read Azure's message, and correct what it names.";
}

/** Azure's own sentences name the right and where it is missing, linked scopes included. */
function grantStep(message: string): string {
  if (/disallowed by policy/iu.test(message)) {
    return "Exempt this program's resources from the Azure Policy that the message names.";
  }
  const actions = [...message.matchAll(/action(?:\(s\))? '(?<action>[^']+)'/gu)];
  const scopes = [...message.matchAll(/scope(?:\(s\))? '(?<scope>[^']+)'/gu)];
  const action = actions.at(-1)?.groups?.["action"];
  const scope = scopes.at(-1)?.groups?.["scope"];
  if (action === undefined) {
    return "Grant the identity of this program the right that Azure's message names.";
  }
  return `Grant the identity of this program '${action}'${scope === undefined ? "" : ` on ${scope}`}.`;
}

/** Takes out what must not be logged: identities, tokens and addresses of callers; and cuts what is too long. */
export function withoutSecrets(message: string): string {
  const cleaned = message
    .replaceAll(/(?<label>client|object id|user|principal|caller) '[^']*'/giu, "$<label> '…'")
    .replaceAll(/\beyJ[\w-]+\.[\w-]*\.?[\w-]*/gu, "…")
    .replaceAll(/bearer\s+\S+/giu, "…")
    .replaceAll(/(?<=\?)\S+/gu, "…");
  return cleaned.length > MESSAGE_LIMIT ? `${cleaned.slice(0, MESSAGE_LIMIT)}…` : cleaned;
}
