import { existsSync, readFileSync } from "node:fs";

import { z } from "zod";

import { ConfigurationError } from "../../shared/domain/errors.ts";

/** Which orchestrations a host runs, as its `host.json` says. Source: "Orchestration versioning" of Durable Functions. */
export interface Versioning {
  /** Version of new instances, and the newest that the app knows; null: instances get none. */
  readonly defaultVersion: string | null;
  /** @default "CurrentOrOlder" */
  readonly match: "None" | "Strict" | "CurrentOrOlder";
  /** What becomes of the others: they wait for a host that knows them, or fail. @default "Reject" */
  readonly failure: "Reject" | "Fail";
}

/** Without a `host.json`: everything runs. */
export const unversioned: Versioning = {
  defaultVersion: null,
  match: "None",
  failure: "Reject",
};

const durableTask = z.object({
  defaultVersion: z.string().nullish(),
  versionMatchStrategy: z.enum(["None", "Strict", "CurrentOrOlder"]).default("CurrentOrOlder"),
  versionFailureStrategy: z.enum(["Reject", "Fail"]).default("Reject"),
});
const hostJson = z.object({
  extensions: z.object({ durableTask: durableTask.prefault({}) }).prefault({}),
});

/**
 * Reads the versions out of an app's `host.json`; a missing file says nothing.
 * @throws ConfigurationError `invalid-host-json`
 */
export function readVersioning(file: string): Versioning {
  if (!existsSync(file)) {
    return unversioned;
  }
  try {
    const read = hostJson.parse(JSON.parse(readFileSync(file, "utf8")));
    const { defaultVersion, versionMatchStrategy, versionFailureStrategy } =
      read.extensions.durableTask;
    return {
      defaultVersion: defaultVersion ?? null,
      match: versionMatchStrategy,
      failure: versionFailureStrategy,
    };
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new ConfigurationError(`Cannot read ${file}: ${reason}`, {
      code: "invalid-host-json",
      nextStep: "Correct the file.",
      cause: error,
    });
  }
}

/** Whether an instance of that version is run by a host with these settings. */
export function runsVersion(
  { defaultVersion, match }: Versioning,
  version: string | null,
): boolean {
  if (match === "None") {
    return true;
  }
  const order = compareVersions(version, defaultVersion);
  return match === "Strict" ? order === 0 : order <= 0;
}

/**
 * Below 0: the first is older. None is older than any; two of numbers and points go by their numbers, others by their
 * letters in any case. `1` alone is no such number, so `10` is older than `2`: give versions a point.
 */
export function compareVersions(first: string | null, second: string | null): number {
  const one = first ?? "";
  const other = second ?? "";
  if (one === "" || other === "") {
    return one.length - other.length;
  }
  const numbers = numbersOf(one);
  const others = numbersOf(other);
  return numbers === null || others === null
    ? compareTexts(one.toLowerCase(), other.toLowerCase())
    : compareNumbers(numbers, others);
}

/** .NET's `System.Version`: two to four numbers. */
function numbersOf(version: string): readonly number[] | null {
  return /^\d+(?:\.\d+){1,3}$/u.test(version) ? version.split(".").map(Number) : null;
}

/** A number that is not there is less than 0: `1.0` is older than `1.0.0`. */
function compareNumbers(numbers: readonly number[], others: readonly number[]): number {
  for (let place = 0; place < 4; place += 1) {
    const order = (numbers[place] ?? -1) - (others[place] ?? -1);
    if (order !== 0) {
      return order;
    }
  }
  return 0;
}

function compareTexts(one: string, other: string): number {
  if (one === other) {
    return 0;
  }
  return one < other ? -1 : 1;
}
