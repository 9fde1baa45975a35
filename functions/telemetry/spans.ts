import { randomBytes } from "node:crypto";

import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type SpanContext,
  type SpanOptions,
  type Tracer,
} from "@opentelemetry/api";

import type { Incident } from "../../shared/domain/incident.ts";
import type { Signal } from "../../shared/domain/signal.ts";
import { secondsBetween } from "./seconds-between.ts";
import type { EndedActivity } from "./telemetry.ts";
import { rootPlace, type SpanPlace } from "./trace-ids.ts";

/** Links of one span: with some more, Application Insights cuts their text at 8,192 characters, and shows none. */
const MOST_LINKS = 100;

/** Makes ids at random, but for a span whose place is given. */
export class SpanIds {
  #place: SpanPlace | null = null;

  generateTraceId(): string {
    return this.#place?.traceId ?? randomBytes(16).toString("hex");
  }

  generateSpanId(): string {
    return this.#place?.spanId ?? randomBytes(8).toString("hex");
  }

  /** What starts one span starts it at that place. */
  at<Result>(place: SpanPlace, start: () => Result): Result {
    this.#place = place;
    try {
      return start();
    } finally {
      this.#place = null;
    }
  }
}

/**
 * Makes spans of what has ended: each is begun and ended in one go, with the times at which it was. Roots are of the kind
 * `SERVER`, since Application Insights shows those alone as requests with a name.
 */
export class Spans {
  readonly #tracer: Tracer;
  readonly #ids: SpanIds;

  constructor(tracer: Tracer, ids: SpanIds) {
    this.#tracer = tracer;
    this.#ids = ids;
  }

  /** A child of its incident's root, which is made only when the incident ends. */
  activity({ name, incidentId, attempt, startedAt, endedAt, failure }: EndedActivity): void {
    const parent = trace.setSpanContext(ROOT_CONTEXT, contextOf(rootPlace("incident", incidentId)));
    const attributes: Attributes = {
      "remediator.incident.id": incidentId,
      "remediator.attempt": attempt,
      ...(failure !== null && { "remediator.failure.code": failure }),
    };
    const span = this.#tracer.startSpan(name, { startTime: startedAt, attributes }, parent);
    if (failure !== null) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
    }
    span.end(endedAt);
  }

  /** From when the trigger had the signal until it was stored. */
  signal({ id, source, state, vmId, nicId, receivedAt }: Signal): void {
    const attributes: Attributes = {
      "remediator.signal.id": id,
      "remediator.signal.source": source,
      "remediator.signal.state": state.kind,
      ...(state.kind === "ignored" && { "remediator.signal.reason": state.reason }),
      ...(vmId !== null && { "remediator.vm.id": vmId }),
      ...(nicId !== null && { "remediator.nic.id": nicId }),
    };
    const startTime = new Date(receivedAt);
    const options = { kind: SpanKind.SERVER, startTime, attributes };
    this.#root(rootPlace("signal", id), "signal", options).end();
  }

  /** The root of an incident's trace, linked to the signals that it answers. */
  incident({ id, signalIds, openedAt, closedAt, ...incident }: Incident): void {
    const { vmId, mode, outcome, diagnoses, provenAt } = incident;
    const attributes: Attributes = {
      "remediator.incident.id": id,
      "remediator.vm.id": vmId,
      "remediator.mode": mode,
      "remediator.outcome": outcome?.kind ?? "",
      "remediator.code": outcome?.code ?? "",
      "remediator.diagnoses": diagnoses.map(({ kind }) => kind),
      ...(provenAt !== null && { "remediator.time_to_heal": secondsBetween(openedAt, provenAt) }),
    };
    const links = signalIds.slice(0, MOST_LINKS).map((signalId) => ({
      context: contextOf(rootPlace("signal", signalId)),
      attributes: { "remediator.signal.id": signalId },
    }));
    const startTime = new Date(openedAt);
    const options = { kind: SpanKind.SERVER, startTime, attributes, links };
    const span = this.#root(rootPlace("incident", id), "incident", options);
    if (outcome?.kind === "failed") {
      span.setStatus({ code: SpanStatusCode.ERROR, message: outcome.code });
    }
    span.end(closedAt === null ? undefined : new Date(closedAt));
  }

  #root(place: SpanPlace, name: string, options: SpanOptions): ReturnType<Tracer["startSpan"]> {
    return this.#ids.at(place, () =>
      this.#tracer.startSpan(name, { ...options, root: true }, ROOT_CONTEXT),
    );
  }
}

function contextOf(place: SpanPlace): SpanContext {
  return { ...place, traceFlags: TraceFlags.SAMPLED, isRemote: true };
}
