import type { z } from "zod";

import { ArmError } from "./arm-error.ts";

/** Reads the body of a request. @throws ArmError 400 `InvalidRequestFormat`, naming every problem. */
export function readBody<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join(".")}: ${issue.message}`,
    );
    throw new ArmError(
      400,
      "InvalidRequestFormat",
      `Cannot parse the request. ${problems.join("; ")}`,
    );
  }
  return parsed.data;
}
