import { createHash } from "node:crypto";

/** Where a span stands, as W3C Trace Context writes it: 32 and 16 hex digits. */
export interface SpanPlace {
  readonly traceId: string;
  readonly spanId: string;
}

/**
 * The root span of an incident or a signal. It follows from the id alone, so all processes that work on an incident put
 * their spans under the same root, before that is made.
 */
export function rootPlace(kind: "incident" | "signal", id: string): SpanPlace {
  const digest = createHash("sha256").update(`${kind}:${id}`).digest("hex");
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) };
}
