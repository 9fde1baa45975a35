import { z } from "zod";

import { printable } from "./terminal/text.ts";

/** What an error says to a person and to a program. */
interface ErrorReport {
  readonly type: "error";
  readonly code: string;
  readonly message: string;
  readonly nextStep: string;
  readonly problems: readonly string[];
}

const described = z.object({
  code: z.string(),
  message: z.string(),
  nextStep: z.string(),
  problems: z.array(z.string()).default([]),
});

/** An error as data; one that this program did not foresee becomes `defect`. */
function describeError(error: unknown): ErrorReport {
  const known = described.safeParse(error);
  if (known.success) {
    return { type: "error", ...known.data };
  }
  return {
    type: "error",
    code: "defect",
    message: error instanceof Error ? error.message : String(error),
    nextStep: "This is a fault of the program. Please report it with the command and this text.",
    problems: [],
  };
}

/** Writes the error for people to standard error and, with `--json`, as an object to standard output too. */
export function reportError(error: unknown, options: { readonly json: boolean }): void {
  const report = describeError(error);
  if (options.json) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
  }
  const problems = report.problems.filter((problem) => !report.message.includes(problem));
  const lines = [
    `error (${report.code}): ${report.message}`,
    ...problems.map((problem) => `- ${problem}`),
    `next: ${report.nextStep}`,
  ];
  const shown = lines.flatMap((line) => line.split("\n")).map(printable);
  process.stderr.write(`${shown.join("\n")}\n`);
  if (report.code === "defect" && error instanceof Error) {
    process.stderr.write(`${error.stack ?? ""}\n`);
  }
}
