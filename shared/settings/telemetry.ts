import { z } from "zod";

import { problemsOf } from "./problems.ts";

/** Where traces and metrics go. */
export type TelemetryTarget =
  /** `problem`: what is wrong with the target that was named. */
  | { readonly kind: "off"; readonly problem?: string }
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

/** As the Functions host takes it, its parts in any order: `Authorization=AAD`, with `ClientId=ID` for a user-assigned identity. */
const identity = z
  .string()
  .transform((text): Readonly<Record<string, string | undefined>> =>
    Object.fromEntries(partsOf(text)),
  )
  .refine(
    ({ authorization, clientid, ...others }) =>
      authorization?.toLowerCase() === "aad" &&
      (clientid === undefined || z.guid().safeParse(clientid).success) &&
      Object.keys(others).length === 0,
    "must be Authorization=AAD or Authorization=AAD;ClientId=ID",
  )
  .transform(({ clientid }) => ({ clientId: clientid ?? null }));

const insights = z
  .object({
    APPLICATIONINSIGHTS_CONNECTION_STRING: z
      .string({ error: "is needed for applicationInsights" })
      .regex(
        /(?:^|;)InstrumentationKey=[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?:;|$)/iu,
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

/** Reads the target from the environment. What is wrong with it turns telemetry off and nothing else: a heal goes without. */
export function readTelemetry(kind: string, values: unknown): TelemetryTarget {
  switch (kind) {
    case "off":
    case "console":
      return { kind };
    case "otlp":
      return targetOf(collector.safeParse(values));
    case "applicationInsights":
      return targetOf(insights.safeParse(values));
    default:
      return {
        kind: "off",
        problem: "REMEDIATOR_TELEMETRY: must be off, console, otlp or applicationInsights",
      };
  }
}

function targetOf(parsed: z.ZodSafeParseResult<TelemetryTarget>): TelemetryTarget {
  return parsed.success ? parsed.data : { kind: "off", problem: problemsOf(parsed.error) };
}

function partsOf(text: string): readonly (readonly [string, string])[] {
  return text
    .split(";")
    .filter((part) => part.trim() !== "")
    .map((part) => {
      const [key = "", ...value] = part.split("=");
      return [key.trim().toLowerCase(), value.join("=").trim()] as const;
    });
}
