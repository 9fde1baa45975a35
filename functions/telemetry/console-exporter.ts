import { SpanStatusCode, type HrTime } from "@opentelemetry/api";
import { AggregationTemporality } from "@opentelemetry/sdk-metrics";
import type { PushMetricExporter, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base";

/** Takes one line of JSON. */
type Write = (line: string) => void;

/** Spans as JSON lines: they can be read by people, and by `jq`. */
export function consoleSpans(write: Write): SpanExporter {
  return {
    export: (spans, done) => {
      for (const span of spans) {
        write(JSON.stringify(lineOf(span)));
      }
      done({ code: 0 });
    },
    shutdown: async () => {
      await Promise.resolve();
    },
  };
}

/** What changed since the last time as JSON lines, one for each set of attributes. */
export function consoleMetrics(write: Write): PushMetricExporter {
  return {
    export: (metrics, done) => {
      for (const line of linesOf(metrics)) {
        write(JSON.stringify(line));
      }
      done({ code: 0 });
    },
    selectAggregationTemporality: () => AggregationTemporality.DELTA,
    forceFlush: async () => {
      await Promise.resolve();
    },
    shutdown: async () => {
      await Promise.resolve();
    },
  };
}

function lineOf(span: ReadableSpan): object {
  const { traceId, spanId } = span.spanContext();
  return {
    span: span.name,
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId ?? null,
    startedAt: new Date(millisecondsOf(span.startTime)).toISOString(),
    durationMs: Math.round(millisecondsOf(span.duration)),
    failed: span.status.code === SpanStatusCode.ERROR,
    attributes: span.attributes,
    links: span.links.map(({ context }) => context.traceId),
  };
}

function linesOf({ scopeMetrics }: ResourceMetrics): readonly object[] {
  return scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => ({ metric: descriptor.name, attributes, value })),
    );
}

function millisecondsOf([seconds, nanoseconds]: HrTime): number {
  return seconds * 1000 + nanoseconds / 1e6;
}
