import { z } from "zod";

import type { AzureRequestError } from "../domain/errors.ts";
import type { Azure } from "./clients.ts";
import { inWords, toAzureRequestError, withoutSecrets } from "./errors.ts";
import { withResponseTrace } from "./response-trace.ts";
import type { TracedResponse } from "./response-trace.ts";
import { retryAfterSeconds } from "./retry-after.ts";

/** A long-running operation that Azure accepted. */
export interface StartedOperation {
  /** The SDK's own serialized poller, with which any process can go on; holds addresses, no token. */
  readonly operation: string;
  /** Seconds that Azure asked to wait before the first look; null if it named none. */
  readonly retryAfterSeconds: number | null;
}

/** One look at an operation. */
export type OperationPoll =
  | { readonly kind: "running"; readonly retryAfterSeconds: number | null }
  | { readonly kind: "succeeded"; readonly result: unknown }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/** Holds a poller of the SDK; wrapped, since a poller is itself awaitable and would then poll to the end. */
interface Begun {
  readonly poller: { serialize(): Promise<string> };
}

const operationError = z.object({
  error: z.object({ code: z.string(), message: z.string().default("") }),
});

/** Sends the first request of an operation, once. @throws AzureRequestError */
export async function startOperation(tried: string, begin: () => Begun): Promise<StartedOperation> {
  return await withResponseTrace(async (lastResponse) => {
    const operation = await inWords(tried, async () => await begin().poller.serialize());
    return { operation, retryAfterSeconds: waitOf(lastResponse()) };
  });
}

/**
 * Looks once at an operation of the compute provider: one GET, and one more for the result once it has succeeded.
 * @throws AzureRequestError if the look itself failed; `failed` is the operation's own end.
 */
export async function pollComputeOperation(
  azure: Azure,
  subscriptionId: string,
  operation: string,
  tried: string,
): Promise<OperationPoll> {
  const client = await azure.compute(subscriptionId);
  const { restorePoller } = await import("@azure/arm-compute");
  // The last argument only names the operation in an error text; the result's form follows from the address inside.
  const poller = restorePoller(client, operation, client.virtualMachines.runCommand);
  return await pollOnce(async () => await poller.poll(), tried);
}

/**
 * The same for an operation of the network provider.
 * @throws AzureRequestError if the look itself failed; `failed` is the operation's own end.
 */
export async function pollNetworkOperation(
  azure: Azure,
  subscriptionId: string,
  operation: string,
  tried: string,
): Promise<OperationPoll> {
  const client = await azure.network(subscriptionId);
  const { restorePoller } = await import("@azure/arm-network");
  const poller = restorePoller(client, operation, client.networkInterfaces.createOrUpdate);
  return await pollOnce(async () => await poller.poll(), tried);
}

async function pollOnce(
  look: () => Promise<{ readonly status: string; readonly result?: unknown }>,
  tried: string,
): Promise<OperationPoll> {
  return await withResponseTrace(async (lastResponse) => {
    try {
      const state = await look();
      return state.status === "succeeded"
        ? { kind: "succeeded", result: state.result }
        : { kind: "running", retryAfterSeconds: waitOf(lastResponse()) };
    } catch (error) {
      return failureOf(error, tried, lastResponse());
    }
  });
}

function waitOf(response: TracedResponse | null): number | null {
  return response === null
    ? null
    : retryAfterSeconds({ get: (name) => response.headers.get(name) ?? null }, Date.now());
}

const FAILED = /^The long-running operation has failed/u;
const CANCELED = "Operation was canceled";

/** The SDK throws a plain Error without a code for a failed operation: the code is in the last response. */
function failureOf(error: unknown, tried: string, response: TracedResponse | null): OperationPoll {
  const message = error instanceof Error ? error.message : "";
  if (message === CANCELED) {
    return { kind: "failed", code: "Canceled", message: `Cannot ${tried}: it was canceled.` };
  }
  if (FAILED.test(message)) {
    return failedOperation(tried, response);
  }
  const failure = toAzureRequestError(error, tried);
  if (!isOwnEnd(failure)) {
    throw failure;
  }
  return {
    kind: "failed",
    code: failure.azureCode ?? "OperationFailed",
    message: failure.message,
  };
}

function failedOperation(tried: string, response: TracedResponse | null): OperationPoll {
  const told = operationError.safeParse(jsonOf(response?.bodyText ?? "")).data?.error;
  const code = told?.code ?? "OperationFailed";
  const message = `Cannot ${tried} (${code}). ${withoutSecrets(told?.message ?? "Azure gave no reason.")}`;
  return { kind: "failed", code, message };
}

/** A 4xx on a look is the operation's own end, but for those that are about the look itself. */
function isOwnEnd(failure: AzureRequestError): boolean {
  const { status, retryable } = failure;
  return !retryable && status !== null && status < 500 && status !== 401 && status !== 403;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
