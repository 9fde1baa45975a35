import type { z } from "zod";

/** Each fault that a schema found, as `place: what is wrong`; values are not repeated. */
export function inputProblems(error: z.ZodError): readonly string[] {
  return error.issues.map((issue) => {
    const place = issue.path.length === 0 ? "body" : issue.path.map(String).join(".");
    return `${place}: ${issue.message}`;
  });
}
