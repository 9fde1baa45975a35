import type { AzureMonitorExporterOptions } from "@azure/monitor-opentelemetry-exporter";
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics";
import type { SpanExporter } from "@opentelemetry/sdk-trace-base";

import { telemetryCredential } from "../../shared/azure/identity/telemetry-credential.ts";
import type { TelemetryTarget } from "../../shared/settings.ts";

/** Where spans and metrics go. */
export interface Exporters {
  readonly spans: SpanExporter;
  readonly metrics: PushMetricExporter;
}

/** What tests may replace. */
export interface ExporterOptions {
  /** Sends to Application Insights instead of Node's own client. @default none */
  readonly httpClient?: AzureMonitorExporterOptions["httpClient"];
}

/** Loads what the chosen target needs, and nothing else. */
export async function exportersFor(
  target: Exclude<TelemetryTarget, { kind: "off" }>,
  options: ExporterOptions = {},
): Promise<Exporters> {
  switch (target.kind) {
    case "console":
      return await consoleExporters();
    case "otlp":
      return await otlpExporters(target.endpoint);
    case "applicationInsights":
      return await insightsExporters(target, options);
  }
}

async function consoleExporters(): Promise<Exporters> {
  const { consoleMetrics, consoleSpans } = await import("./console-exporter.ts");
  return { spans: consoleSpans(writeError), metrics: consoleMetrics(writeError) };
}

function writeError(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** OTLP over HTTP, as JSON. What else `OTEL_EXPORTER_OTLP_...` sets, such as headers, the exporters read themselves. */
async function otlpExporters(endpoint: string): Promise<Exporters> {
  const [{ OTLPTraceExporter }, { OTLPMetricExporter }] = await Promise.all([
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/exporter-metrics-otlp-http"),
  ]);
  const base = endpoint.replace(/\/+$/u, "");
  return {
    spans: new OTLPTraceExporter({ url: `${base}/v1/traces` }),
    metrics: new OTLPMetricExporter({ url: `${base}/v1/metrics` }),
  };
}

/** Nothing is kept on the disk meanwhile: what cannot be sent is lost, and a warning says so. */
async function insightsExporters(
  { connectionString, identity }: Extract<TelemetryTarget, { kind: "applicationInsights" }>,
  { httpClient }: ExporterOptions,
): Promise<Exporters> {
  const { AzureMonitorMetricExporter, AzureMonitorTraceExporter } =
    await import("@azure/monitor-opentelemetry-exporter");
  const options = {
    connectionString,
    disableOfflineStorage: true,
    ...(httpClient !== undefined && { httpClient }),
    ...(identity !== null && { credential: await telemetryCredential(identity.clientId) }),
  };
  return {
    spans: new AzureMonitorTraceExporter(options),
    metrics: new AzureMonitorMetricExporter(options),
  };
}
