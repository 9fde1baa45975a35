import type { z } from "zod";

/** What is wrong with which variables, in one line; it repeats no value. */
export function problemsOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
}
