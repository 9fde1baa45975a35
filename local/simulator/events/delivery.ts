import { z } from "zod";

import type { EventSchema } from "./event-grid.ts";

/** Azure waits so long for an acknowledgement. Source: "Event Grid message delivery and retry". */
const ACKNOWLEDGE_MS = 30_000;

/** Answers after which Event Grid does not try again. Source: the same. */
const FINAL_FOR_EVENT_GRID = new Set([400, 401, 403, 413]);

/** Answers after which an action group tries again. Source: "Action groups", webhook. */
const REPEATED_FOR_WEBHOOKS = new Set([408, 429, 503, 504]);

/** Where something is delivered, and in which form. */
export interface Address {
  readonly url: string;
  /** `webhook`: an action group's plain POST, for alerts only. */
  readonly schema: EventSchema | "webhook";
}

/** One thing to bring to one address. */
export interface Parcel {
  readonly subscription: Address;
  readonly body: unknown;
  readonly retryDelaysMs: readonly number[];
  readonly signal: AbortSignal;
  readonly onAttempt: (attempt: number, result: number | string) => void;
}

/** Delivers until it is acknowledged, refused for good, or out of tries. Never throws. */
export async function deliver(parcel: Parcel): Promise<void> {
  for (const [index, delayMs] of [0, ...parcel.retryDelaysMs].entries()) {
    await pause(delayMs, parcel.signal);
    if (parcel.signal.aborted) {
      return;
    }
    const result = await post(parcel, index + 1);
    parcel.onAttempt(index + 1, result);
    if (!isRepeated(parcel.subscription.schema, result)) {
      return;
    }
  }
}

/**
 * Proves that the address wants events, as Event Grid does before it delivers any.
 * Source: "Endpoint validation with Event Grid event schema" and "… CloudEvents schema".
 * @throws Error if the answer is not the right one.
 */
export async function handshake(order: Address, validation: unknown, code: string): Promise<void> {
  const signal = AbortSignal.timeout(ACKNOWLEDGE_MS);
  if (order.schema === "cloudEvents") {
    const headers = { "WebHook-Request-Origin": "eventgrid.azure.net" };
    const response = await fetch(order.url, { method: "OPTIONS", headers, signal });
    const allowed = response.headers.get("WebHook-Allowed-Origin");
    if (response.status !== 200 || allowed === null) {
      throw new Error(`${order.url} answered ${response.status} without WebHook-Allowed-Origin`);
    }
    return;
  }
  const response = await fetch(order.url, {
    method: "POST",
    headers: eventHeaders("SubscriptionValidation", 1),
    body: JSON.stringify([validation]),
    signal,
  });
  const parsed = z.looseObject({ validationResponse: z.string() }).safeParse(await json(response));
  if (response.status !== 200 || !parsed.success || parsed.data.validationResponse !== code) {
    throw new Error(`${order.url} answered ${response.status} without the validation code`);
  }
}

async function post(parcel: Parcel, attempt: number): Promise<number | string> {
  const { subscription, body } = parcel;
  const signal = AbortSignal.any([parcel.signal, AbortSignal.timeout(ACKNOWLEDGE_MS)]);
  try {
    const response = await fetch(subscription.url, {
      method: "POST",
      headers: headersFor(subscription.schema, attempt),
      body: JSON.stringify(subscription.schema === "eventGrid" ? [body] : body),
      signal,
    });
    await response.arrayBuffer();
    return response.status;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function headersFor(schema: Address["schema"], attempt: number): Record<string, string> {
  switch (schema) {
    case "webhook":
      return { "Content-Type": "application/json; charset=utf-8" };
    case "cloudEvents":
      return {
        ...eventHeaders("Notification", attempt),
        "Content-Type": "application/cloudevents+json; charset=utf-8",
      };
    case "eventGrid":
      return eventHeaders("Notification", attempt);
  }
}

function eventHeaders(type: string, attempt: number): Record<string, string> {
  return {
    "Content-Type": "application/json; charset=utf-8",
    "aeg-event-type": type,
    "aeg-subscription-name": "SIMULATED",
    "aeg-delivery-count": String(attempt - 1),
    "aeg-data-version": "2",
    "aeg-metadata-version": "1",
  };
}

function isRepeated(schema: Address["schema"], result: number | string): boolean {
  if (typeof result === "string") {
    return true;
  }
  if (schema === "webhook") {
    return REPEATED_FOR_WEBHOOKS.has(result);
  }
  return (result < 200 || result > 204) && !FINAL_FOR_EVENT_GRID.has(result);
}

async function json(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0 || signal.aborted) {
    return;
  }
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms).unref();
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
