import { z } from "zod";

/** Where traces and metrics go. */
export type TelemetryTarget =
  | { readonly kind: "off" }
  | { readonly kind: "console" }
  /** Base address of a collector that takes OTLP over HTTP. */
  | { readonly kind: "otlp"; readonly endpoint: string }
  | {
      readonly kind: "applicationInsights";
      readonly connectionString: string;
      /** With which identity to send; null: with none. No client id: the one in use. */
      readonly identity: { readonly clientId: string | null } | null;
    };

const collector = z
  .object({
    OTEL_EXPORTER_OTLP_ENDPOINT: z
      .url({ protocol: /^https?$/u, error: "must be a collector's http or https address" })
      .default("http://localhost:4318"),
  })
  .transform((values) => ({
    kind: "otlp" as const,
    endpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
  }));

/** As the Functions host takes it: `Authorization=AAD`, with `;ClientId=ID` for a user-assigned identity. */
const identity = z
  .string()
  .regex(
    /^Authorization=AAD(?:;ClientId=[\da-f-]{36})?;?$/iu,
    "must be Authorization=AAD or Authorization=AAD;ClientId=ID",
  )
  .transform((text) => ({
    clientId: /ClientId=(?<id>[^;]+)/iu.exec(text)?.groups?.["id"] ?? null,
  }));

const insights = z
  .object({
    APPLICATIONINSIGHTS_CONNECTION_STRING: z
      .string({ error: "is needed for applicationInsights" })
      .regex(
        /(?:^|;)InstrumentationKey=[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?:;|$)/u,
        "must be a connection string of Application Insights",
      ),
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: identity.optional(),
  })
  .transform((values) => ({
    kind: "applicationInsights" as const,
    connectionString: values.APPLICATIONINSIGHTS_CONNECTION_STRING,
    identity: values.APPLICATIONINSIGHTS_AUTHENTICATION_STRING ?? null,
  }));

/** Variables that belong to others too: what is wrong with them counts only where they are used. */
export const telemetryVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
  APPLICATIONINSIGHTS_CONNECTION_STRING: z.string().optional(),
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: z.string().optional(),
};

/** Reads the target of that kind from the environment. */
export function parseTelemetry(
  kind: TelemetryTarget["kind"],
  values: unknown,
): z.ZodSafeParseResult<TelemetryTarget> {
  switch (kind) {
    case "off":
    case "console":
      return { success: true, data: { kind } };
    case "otlp":
      return collector.safeParse(values);
    case "applicationInsights":
      return insights.safeParse(values);
  }
}
