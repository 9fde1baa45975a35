import { setTimeout as pause } from "node:timers/promises";

import { AzureRequestError } from "../../domain/errors.ts";

/** Tries against others who change the same row, and the longest pause after each, in milliseconds. */
const TRIES = 25;
const PAUSE_MS = 20;

/** Waits before a new signal is stored again where storage did not take it, in milliseconds. */
const SIGNAL_WAITS_MS = [200, 800];

/**
 * Reads, decides and writes, anew while somebody else changes the same rows meanwhile: `attempt` then gives undefined.
 * @throws AzureRequestError `store-contended` after 25 tries, to be made again later.
 */
export async function untilWritten<Result>(
  what: string,
  attempt: () => Promise<Result | undefined>,
): Promise<Result> {
  for (let tried = 1; tried <= TRIES; tried += 1) {
    const result = await attempt();
    if (result !== undefined) {
      return result;
    }
    // At random, so that those who met once do not meet again.
    await pause(Math.random() * PAUSE_MS * tried);
  }
  throw new AzureRequestError(`Cannot write ${what} (412): others kept changing it.`, {
    code: "store-contended",
    nextStep: "Nothing: it is tried again.",
    status: 412,
    azureCode: null,
    retryable: true,
    retryAfterSeconds: null,
    requestId: null,
  });
}

/**
 * Makes the request again, twice within a second, where storage is out for a moment. For new signals only: activities have
 * the durable timer, but an alert whose webhook fails may come back late, or never. `attempt` is told whether an earlier one may have worked.
 */
export async function insistently<Result>(
  attempt: (again: boolean) => Promise<Result>,
): Promise<Result> {
  for (const [index, wait] of SIGNAL_WAITS_MS.entries()) {
    try {
      return await attempt(index > 0);
    } catch (error) {
      if (!isWorthAnother(error)) {
        throw error;
      }
      await pause(wait);
    }
  }
  return await attempt(true);
}

function isWorthAnother(error: unknown): boolean {
  return (
    error instanceof AzureRequestError &&
    error.retryable &&
    // Who names a time does not want to be asked before it.
    error.retryAfterSeconds === null
  );
}
