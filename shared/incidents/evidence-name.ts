import { InvalidInputError } from "../domain/errors.ts";
import { LARGEST_EVIDENCE, type Evidence } from "./store.ts";

/** A plain file name: no path, no dot file, and nothing that a header or a terminal could misread. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,60}\.)?[a-z0-9-]{0,60}[a-z0-9]$/u;

/** Whether a piece of evidence may have that name. */
export function isEvidenceName(name: string): boolean {
  return NAME.test(name);
}

/**
 * Lets evidence pass that every store takes.
 * @throws InvalidInputError `evidence-too-large`, `evidence-name`
 */
export function requireKeepable({ name, bytes }: Evidence): void {
  if (!isEvidenceName(name)) {
    const problem = "name: must be a plain file name in lower case";
    throw new InvalidInputError(`Cannot keep evidence under this name. ${problem}`, {
      code: "evidence-name",
      nextStep: "Use letters, digits, hyphens and one dot.",
      problems: [problem],
    });
  }
  if (bytes.length > LARGEST_EVIDENCE) {
    const problem = `${name}: has ${bytes.length} bytes, at most ${LARGEST_EVIDENCE} are kept`;
    throw new InvalidInputError(`Cannot keep evidence. ${problem}`, {
      code: "evidence-too-large",
      nextStep: "Keep the part that matters.",
      problems: [problem],
    });
  }
}
