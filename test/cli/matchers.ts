import { expect } from "vitest";

/** Stands for any text with this part in it. */
export function containing(part: string): unknown {
  return expect.stringContaining(part);
}

/** Stands for any text of this form. */
export function matching(form: RegExp): unknown {
  return expect.stringMatching(form);
}
