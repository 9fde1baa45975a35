import { isFault } from "../../shared/diagnosis/is-fault.ts";
import { wouldHeal } from "../../shared/diagnosis/would-heal.ts";
import { ConfigurationError, InvalidInputError } from "../../shared/domain/errors.ts";
import type { Call } from "./command-line/calls.ts";
import type { IncidentView } from "./host/host-schema.ts";
import type { RunEnd } from "./run/follow.ts";

/** The call did what was hoped for. */
export const EXIT_OK = 0;
/** It did not: not healed; or, for `diagnose`, a fault was found. */
export const EXIT_NOT = 1;
/** Bad input: nothing was started. */
export const EXIT_BAD_INPUT = 2;
/** `diagnose`, `doctor` or `explain` could not tell. */
export const EXIT_UNKNOWN = 3;
/** What a shell expects of a program that Ctrl-C ended. */
export const EXIT_INTERRUPTED = 130;

/** The exit code of a call that ended with an error. */
export function exitCodeOfError(verb: Call["verb"], error: unknown): number {
  if (error instanceof InvalidInputError || error instanceof ConfigurationError) {
    return EXIT_BAD_INPUT;
  }
  return verb === "diagnose" || verb === "explain" ? EXIT_UNKNOWN : EXIT_NOT;
}

/** The exit code of `explain`: null means that it could not tell. */
export function exitCodeOfFault(fault: boolean | null): number {
  if (fault === null) {
    return EXIT_UNKNOWN;
  }
  return fault ? EXIT_NOT : EXIT_OK;
}

/** The exit code of `heal` and `diagnose`, from how the run ended. */
export function exitCodeOfRun(
  call: { readonly verb: "diagnose" | "heal"; readonly dryRun: boolean },
  end: RunEnd,
): number {
  if (end.kind === "left") {
    return EXIT_INTERRUPTED;
  }
  if (call.verb === "diagnose") {
    return end.kind === "incident" ? diagnosed(end.incident) : ignoredCode(end, EXIT_UNKNOWN);
  }
  return end.kind === "incident" ? healed(end.incident, call.dryRun) : ignoredCode(end, EXIT_NOT);
}

/** The exit code of `rollback`, from how its run ended; a dry run that would go on is a success too. */
export function exitCodeOfRollback(end: RunEnd): number {
  if (end.kind === "left") {
    return EXIT_INTERRUPTED;
  }
  const outcome = end.kind === "incident" ? end.incident.outcome : null;
  return outcome?.kind === "rolledBack" || outcome?.code === "rollback-dry-run"
    ? EXIT_OK
    : EXIT_NOT;
}

function ignoredCode(end: { readonly reason: string }, otherwise: number): number {
  return end.reason === "healthy" ? EXIT_OK : otherwise;
}

function healed({ outcome, plan }: IncidentView, dryRun: boolean): number {
  if (outcome?.kind === "healed" || outcome?.kind === "healthy") {
    return EXIT_OK;
  }
  return dryRun && plan !== null && wouldHeal(plan) ? EXIT_OK : EXIT_NOT;
}

function diagnosed(incident: IncidentView): number {
  const { outcome, diagnoses } = incident;
  if (isFault(diagnoses)) {
    return EXIT_NOT;
  }
  if (outcome?.kind === "healthy") {
    return EXIT_OK;
  }
  const windowsSeen = diagnoses.length > 0 && !diagnoses.some(unreadable);
  return windowsSeen && outcome?.kind === "needsHuman" ? EXIT_NOT : EXIT_UNKNOWN;
}

function unreadable(diagnosis: { readonly kind: string }): boolean {
  return diagnosis.kind === "guest-unreadable";
}
