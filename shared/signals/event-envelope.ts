import { z } from "zod";

const anyText = z.string().optional().catch(undefined);

const envelope = z.object({ subject: anyText, data: z.unknown().optional() });

/** Of an event, what both schemas have in common. */
export interface EventEnvelope {
  readonly subject: string | undefined;
  readonly data: unknown;
}

/** The events of a delivery: Event Grid sends an array even for one, the Functions host hands over one at a time. */
export function eventsOf(body: unknown): readonly unknown[] {
  return Array.isArray(body) ? body : [body];
}

/**
 * An event's type in lower case, of the Event Grid schema or of CloudEvents 1.0; null if it has none.
 * Reads by hand, since it decides about nearly all events, at a rate that a schema would slow down.
 */
export function eventTypeOf(event: unknown): string | null {
  if (typeof event !== "object" || event === null) {
    return null;
  }
  if ("eventType" in event) {
    return typeof event.eventType === "string" ? event.eventType.toLowerCase() : null;
  }
  if ("type" in event && "specversion" in event && event.specversion === "1.0") {
    return typeof event.type === "string" ? event.type.toLowerCase() : null;
  }
  return null;
}

/** The sender's id of an event; null if it has none. By hand, as the type. */
export function eventIdOf(event: unknown): string | null {
  const named = typeof event === "object" && event !== null && "id" in event;
  return named && typeof event.id === "string" && event.id !== "" ? event.id : null;
}

/** The parts of an event that are read here; what has another type than expected counts as missing. */
export function readEnvelope(event: unknown): EventEnvelope {
  const { subject, data } = envelope.parse(event);
  return { subject, data };
}

/** Whether Event Grid sent it to find out whether somebody listens. */
export function isValidation(eventType: string): boolean {
  return eventType.startsWith("microsoft.eventgrid.subscription");
}
