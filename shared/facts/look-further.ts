import type { Azure } from "../azure/clients.ts";
import { pollRunCommand, startRunCommand } from "../azure/run-command.ts";
import type { RunCommandStart } from "../azure/run-command.ts";
import type { FurtherLook } from "../domain/other-causes.ts";
import { parseFurtherOutput } from "../guest/further-envelope.ts";
import { renderScript } from "../guest/script.ts";

/** One look at a reading of Remote Desktop under way. */
export type FurtherPoll =
  | { readonly kind: "running"; readonly retryAfterSeconds: number | null }
  | { readonly kind: "finished"; readonly answer: FurtherLook }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/**
 * Asks Windows why RDP may be silent although the address is right, with a script that only reads.
 * @throws AzureRequestError for transient trouble, `retryable`.
 */
export async function startLookFurther(azure: Azure, vmId: string): Promise<RunCommandStart> {
  return await startRunCommand(azure, vmId, renderScript("look-further", {}));
}

/**
 * Looks once at that reading; `probedPort` is the port that was silent.
 * @throws AzureRequestError if the look itself failed.
 */
export async function pollLookFurther(
  azure: Azure,
  { vmId, operation }: { readonly vmId: string; readonly operation: string },
  probedPort: number,
): Promise<FurtherPoll> {
  const poll = await pollRunCommand(azure, vmId, operation);
  if (poll.kind !== "finished") {
    return poll;
  }
  const answer = parseFurtherOutput(poll.stdout);
  return {
    kind: "finished",
    answer: answer.kind === "looked" ? { ...answer, probedPort } : answer,
  };
}
