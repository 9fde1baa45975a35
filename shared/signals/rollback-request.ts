import { z } from "zod";

import { InvalidInputError } from "../domain/errors.ts";
import type { Incident } from "../domain/incident.ts";
import type { Signal } from "../domain/signal.ts";
import { inputProblems } from "./input-problems.ts";

const requestSchema = z.strictObject({ dryRun: z.boolean().default(false) });

/** What an operator asks for who wants an incident's changes taken back. */
export type RollbackRequest = z.output<typeof requestSchema>;

/**
 * Reads the body of `POST /api/incidents/{id}/rollback`.
 * @throws InvalidInputError `invalid-rollback-request`, naming every problem.
 */
export function decodeRollbackRequest(body: unknown): RollbackRequest {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) {
    const problems = inputProblems(parsed.error);
    throw new InvalidInputError(`Cannot read the rollback request. ${problems.join("; ")}`, {
      code: "invalid-rollback-request",
      nextStep: 'Send {} or {"dryRun": true}.',
      problems,
    });
  }
  return parsed.data;
}

/** The signal of a rollback request; the caller names it, since two equal requests are two wishes. */
export function rollbackSignal(
  { id: rollbackOf, vmId }: Pick<Incident, "id" | "vmId">,
  { dryRun }: RollbackRequest,
  { id, receivedAt }: { readonly id: string; readonly receivedAt: string },
): Signal {
  return {
    id,
    source: "operator",
    target: { kind: "vm", vmId },
    vmId,
    nicId: null,
    mode: dryRun ? "dryRun" : "heal",
    readGuest: true,
    rollbackOf,
    note: null,
    receivedAt,
    state: { kind: "pending" },
  };
}
