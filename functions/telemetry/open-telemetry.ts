import { randomUUID } from "node:crypto";

import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
} from "@opentelemetry/sdk-trace-base";

import manifest from "../../package.json" with { type: "json" };
import type { TelemetryTarget } from "../../shared/settings.ts";
import { Deliveries } from "./deliveries.ts";
import { exportersFor, type ExporterOptions, type Exporters } from "./exporters.ts";
import { measuresOf } from "./measures.ts";
import { SpanIds, Spans } from "./spans.ts";
import type { Telemetry } from "./telemetry.ts";
import { warningOnce } from "./warning-once.ts";

const NAME = "static-ip-remediator";

/** How long spans are gathered before they are sent, and how often metrics are. */
const SPANS_MILLISECONDS = 2000;
const METRICS_MILLISECONDS = 60_000;

/** Longest wait for one delivery. */
const EXPORT_MILLISECONDS = 10_000;

/** Spans that wait at most; what comes beyond is dropped. */
const QUEUE = 8192;

/**
 * Starts telemetry. Nothing of it is global, so that it gets on with whatever else traces in this process.
 * @throws Error if an exporter does not take its target.
 */
export async function startTelemetry(
  target: Exclude<TelemetryTarget, { kind: "off" }>,
  options: ExporterOptions = {},
): Promise<Telemetry> {
  const exporters = warningOnce(await exportersFor(target, options));
  const resource = resourceFromAttributes({
    "service.name": NAME,
    "service.version": manifest.version,
    "service.instance.id": randomUUID(),
  });
  const ids = new SpanIds();
  const tracers = tracersOf(exporters, resource, ids);
  const meters = metersOf(exporters, resource);
  const spans = new Spans(tracers.getTracer(NAME), ids);
  const measures = measuresOf(meters.getMeter(NAME));
  const deliveries = new Deliveries([tracers, meters]);
  return {
    activityEnded: (activity) => {
      spans.activity(activity);
    },
    signalStored: (signal) => {
      spans.signal(signal);
      measures.signals([signal], signal.state);
    },
    signalsSettled: measures.signals,
    incidentClosed: (incident) => {
      spans.incident(incident);
      measures.incidentClosed(incident);
      // Not waited for: the process may be stopped soon after its work is done.
      void deliveries.flush();
    },
    incidentsOpen: measures.incidentsOpen,
    stop: async () => {
      await deliveries.end();
    },
  };
}

type Resource = ReturnType<typeof resourceFromAttributes>;

function tracersOf(
  { spans }: Exporters,
  resource: Resource,
  idGenerator: SpanIds,
): BasicTracerProvider {
  const processor = new BatchSpanProcessor(spans, {
    scheduledDelayMillis: SPANS_MILLISECONDS,
    exportTimeoutMillis: EXPORT_MILLISECONDS,
    maxQueueSize: QUEUE,
  });
  return new BasicTracerProvider({
    resource,
    idGenerator,
    sampler: new AlwaysOnSampler(),
    spanLimits: { attributeValueLengthLimit: 512 },
    spanProcessors: [processor],
  });
}

function metersOf({ metrics }: Exporters, resource: Resource): MeterProvider {
  const reader = new PeriodicExportingMetricReader({
    exporter: metrics,
    exportIntervalMillis: METRICS_MILLISECONDS,
    exportTimeoutMillis: EXPORT_MILLISECONDS,
  });
  return new MeterProvider({ resource, readers: [reader] });
}
