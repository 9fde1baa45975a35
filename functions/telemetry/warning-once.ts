import type { Exporters } from "./exporters.ts";

/** How a delivery ended; 0: well. */
interface Delivery {
  readonly code: number;
  readonly error?: Error;
}

/** Says once for each process that something could not be sent: a collector that is gone must not fill the log. */
export function warningOnce({ spans, metrics }: Exporters): Exporters {
  let warned = false;
  function look({ code, error }: Delivery): void {
    if (code !== 0 && !warned) {
      warned = true;
      const reason = (error?.message ?? "no reason was given").split("\n", 1)[0] ?? "";
      warn(`Telemetry could not be sent: ${reason.slice(0, 200)}`);
    }
  }
  const exportSpans = spans.export.bind(spans);
  const exportMetrics = metrics.export.bind(metrics);
  return {
    spans: Object.assign(spans, {
      export: ((items, done) => {
        exportSpans(items, (result) => {
          look(result);
          done(result);
        });
      }) satisfies typeof spans.export,
    }),
    metrics: Object.assign(metrics, {
      export: ((items, done) => {
        exportMetrics(items, (result) => {
          look(result);
          done(result);
        });
      }) satisfies typeof metrics.export,
    }),
  };
}

/** A line on stderr, which hosts take into their log: there is no call of a function here whose log it could go to. */
export function warn(message: string): void {
  process.emitWarning(message, { code: "TELEMETRY" });
}
