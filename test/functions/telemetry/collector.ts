import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

import { z } from "zod";

const anyValue = z
  .object({
    stringValue: z.string().optional(),
    intValue: z.union([z.string(), z.number()]).optional(),
    arrayValue: z.unknown().optional(),
  })
  .transform(({ stringValue, intValue }) => stringValue ?? Number(intValue));
const attributes = z
  .array(z.object({ key: z.string(), value: anyValue }))
  .default([])
  .transform((list) => Object.fromEntries(list.map((each) => [each.key, each.value])));
const resource = z.object({ attributes });
const nanoseconds = z.string().transform((digits) => Number(BigInt(digits) / 1_000_000n));
const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes,
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
  status: z.object({ code: z.number().optional() }),
});
const tracesSchema = z.object({
  resourceSpans: z.array(
    z.object({ resource, scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })) }),
  ),
});
const pointSchema = z.object({
  attributes,
  asDouble: z.number().optional(),
  count: z.number().optional(),
  sum: z.number().optional(),
});
const points = z.object({ dataPoints: z.array(pointSchema) });
const metricsSchema = z.object({
  resourceMetrics: z.array(
    z.object({
      resource,
      scopeMetrics: z.array(
        z.object({
          metrics: z.array(
            z.object({
              name: z.string(),
              unit: z.string(),
              sum: points.optional(),
              histogram: points.optional(),
              gauge: points.optional(),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** A span, with times in milliseconds since 1970 and the process that sent it. */
export type ReceivedSpan = z.output<typeof spanSchema> & { readonly process: unknown };

/** One set of attributes of a metric, added up over the processes that sent it. */
export interface ReceivedPoint {
  readonly metric: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Of a histogram: how many there were. */
  readonly value: number;
  /** Of a histogram; 0 for others. */
  readonly sum: number;
}

/** A collector that takes OTLP as JSON over HTTP, and keeps it. */
export class Collector {
  readonly url: string;
  /** All bodies as they came. */
  readonly bodies: string[];
  readonly #close: () => Promise<void>;

  private constructor(url: string, bodies: string[], close: () => Promise<void>) {
    this.url = url;
    this.bodies = bodies;
    this.#close = close;
  }

  static async start(): Promise<Collector> {
    const bodies: string[] = [];
    async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
      bodies.push(await text(request));
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    }
    const server = createServer((request, response) => {
      void take(request, response);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port, not on a pipe
    const { port } = server.address() as AddressInfo;
    return new Collector(`http://127.0.0.1:${port}`, bodies, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    });
  }

  get spans(): readonly ReceivedSpan[] {
    return this.#parsed(tracesSchema)
      .flatMap(({ resourceSpans }) => resourceSpans)
      .flatMap((sent) =>
        sent.scopeSpans
          .flatMap(({ spans }) => spans)
          .map((span) =>
            Object.assign(span, { process: sent.resource.attributes["service.instance.id"] }),
          ),
      );
  }

  /** What each metric stands at; counters are cumulative, so the last word of each process counts. */
  points(metric: string): readonly ReceivedPoint[] {
    const last = new Map<string, ReceivedPoint>();
    for (const { process, point } of this.#points(metric)) {
      last.set(JSON.stringify([process, point.attributes]), point);
    }
    const added = new Map<string, ReceivedPoint>();
    for (const point of last.values()) {
      const key = JSON.stringify(point.attributes);
      const before = added.get(key);
      const value = point.value + (before?.value ?? 0);
      added.set(key, { ...point, value, sum: point.sum + (before?.sum ?? 0) });
    }
    return [...added.values()];
  }

  async close(): Promise<void> {
    await this.#close();
  }

  #points(metric: string): readonly { process: unknown; point: ReceivedPoint }[] {
    return this.#parsed(metricsSchema)
      .flatMap(({ resourceMetrics }) => resourceMetrics)
      .flatMap((sent) =>
        sent.scopeMetrics
          .flatMap(({ metrics }) => metrics)
          .filter(({ name }) => name === metric)
          .flatMap((found) => [found.sum, found.histogram, found.gauge])
          .flatMap((some) => some?.dataPoints ?? [])
          .map(({ attributes: those, asDouble = 0, count, sum = 0 }) => ({
            process: sent.resource.attributes["service.instance.id"],
            point: { metric, attributes: those, value: count ?? asDouble, sum },
          })),
      );
  }

  #parsed<Sent>(schema: z.ZodType<Sent>): readonly Sent[] {
    return this.bodies.flatMap((body) => {
      const parsed = schema.safeParse(JSON.parse(body));
      return parsed.success ? [parsed.data] : [];
    });
  }
}
