import { EXIT_NOT, EXIT_OK, EXIT_UNKNOWN } from "../exit-codes.ts";
import type { Screen } from "../terminal/screen.ts";
import type { Check, Finding } from "./finding.ts";

/** A check with what it found. */
export interface Told extends Pick<Check, "name" | "of"> {
  readonly finding: Finding;
}

const WORDS: Readonly<Record<Finding["state"], string>> = {
  ok: "ok",
  failed: "FAILED",
  unknown: "UNKNOWN",
  skipped: "not set up",
};

/** Writes one finding for people, or as an object for programs. */
export function sayFinding(screen: Screen, { name, of, finding }: Told): void {
  const { red, yellow, green, dim } = screen.colors;
  const color = { ok: green, failed: red, unknown: yellow, skipped: dim }[finding.state];
  const about = of === null ? name : `${name} (${of})`;
  screen.say(`${about}: ${color(WORDS[finding.state])}. ${finding.message}`);
  if ("nextStep" in finding) {
    screen.say(`next: ${finding.nextStep}`, "  ");
  }
  screen.record({ type: "check", check: name, of, ...finding });
}

/** Writes the end. */
export function sayResult(screen: Screen, told: readonly Told[]): void {
  const counts = { ok: 0, failed: 0, unknown: 0, skipped: 0 };
  for (const { finding } of told) {
    counts[finding.state] += 1;
  }
  const { ok, failed, unknown, skipped } = counts;
  screen.say();
  screen.say(`${ok} well, ${failed} failed, ${unknown} could not be told, ${skipped} not set up.`);
  screen.record({ type: "result", ...counts, exitCode: exitCodeOf(told) });
}

/** 1 if something fails, else 3 if something could not be told. */
export function exitCodeOf(told: readonly Told[]): number {
  const states = new Set(told.map(({ finding }) => finding.state));
  if (states.has("failed")) {
    return EXIT_NOT;
  }
  return states.has("unknown") ? EXIT_UNKNOWN : EXIT_OK;
}
