import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longest, longest first; one that has become quicker, or another that is slow now, costs some seconds. */
const LONGEST = [
  "scenario-table/scenario-table",
  "end-to-end/nic-reset-crash",
  "end-to-end/console-crash",
  "end-to-end/console-login",
  "end-to-end/guest-repairs-crash",
  "end-to-end/managed-run-command",
  "end-to-end/console",
  "end-to-end/nic-reset-trouble",
  "end-to-end/guest-repairs",
  "guest/engine-agrees-on-repairs",
  "end-to-end/nic-reset",
  "end-to-end/injection",
  "end-to-end/restart-permission",
  "guest/engine",
  "cli/verbs",
  "end-to-end/faults",
  "end-to-end/rollback",
  "end-to-end/evidence",
  "cli/demo",
  "end-to-end/restart-policy",
  "end-to-end/crash",
];

/**
 * Starts the longest files first, so that none of them is left alone at the end. Vitest knows how long a file took only
 * where it ran before, which it did not in a fresh clone.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- the name of Vitest's method
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
  return rank === -1 ? LONGEST.length : rank;
}
