import type { Diagnosis, DiagnosisKind } from "../domain/diagnosis.ts";

/** Verdicts that find no fault: the guest is right, or nothing could be seen of it. */
const NO_FAULT: ReadonlySet<DiagnosisKind> = new Set([
  "healthy",
  "static-matching",
  "static-multi-address",
  "guest-unreadable",
]);

/** Whether a fault was found on any NIC; a NIC that could not be judged is none. */
export function isFault(diagnoses: readonly Pick<Diagnosis, "kind">[]): boolean {
  return diagnoses.some(({ kind }) => !NO_FAULT.has(kind));
}
