import { z } from "zod";

import { InvalidInputError } from "../domain/errors.ts";
import { inputProblems } from "./input-problems.ts";

/** The value of `schemaId` in the common alert schema. */
export const COMMON_SCHEMA = "azuremonitorcommonalertschema";

const anyText = z.string().optional().catch(undefined);

const dimension = z.object({ name: anyText, value: anyText });
const criterion = z.object({ dimensions: z.array(dimension).nullish() });

/** Of an alert's context only what is read here. Its `properties` and `claims` differ by kind of alert: read leniently. */
const alertContext = z.object({
  condition: z.object({ allOf: z.array(criterion).nullish() }).nullish(),
  claims: z.unknown().optional(),
  properties: z.object({ cause: anyText, currentHealthStatus: anyText }).nullish().catch(undefined),
});

const alertSchema = z.object({
  data: z.object({
    essentials: z.object({
      alertId: z.string().min(1),
      alertRule: z.string().nullish(),
      monitorCondition: z.string(),
      monitoringService: z.string(),
      alertTargetIDs: z.array(z.string()).nullish(),
      originAlertId: z.string().nullish(),
      firedDateTime: z.string().nullish(),
    }),
    alertContext: alertContext.nullish(),
  }),
});

const schemaIdSchema = z.object({ schemaId: z.string() });

/** A fired or resolved alert, as far as it is read here. */
export type Alert = z.output<typeof alertSchema>["data"];

/**
 * The schema that an alert says it has, in lower case.
 * @throws InvalidInputError `invalid-alert` if the body says none.
 */
export function readSchemaId(body: unknown): string {
  return parse(schemaIdSchema, body).schemaId.toLowerCase();
}

/**
 * Reads an alert of the common alert schema.
 * @throws InvalidInputError `invalid-alert`, naming every problem.
 */
export function readAlert(body: unknown): Alert {
  return parse(alertSchema, body).data;
}

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) {
    return parsed.data;
  }
  const problems = inputProblems(parsed.error);
  throw new InvalidInputError(`Cannot read the alert. ${problems.join("; ")}`, {
    code: "invalid-alert",
    nextStep: "Send alerts in the common alert schema: switch it on in the action group.",
    problems,
  });
}
