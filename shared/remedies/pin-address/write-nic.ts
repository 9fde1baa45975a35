import type { Azure } from "../../azure/clients.ts";
import {
  pollNicWrite,
  readWholeNic,
  startNicWrite,
  type WholeNic,
} from "../../azure/network-interfaces.ts";
import { changedParts } from "../../domain/changed-parts.ts";
import { AzureRequestError } from "../../domain/errors.ts";

/** A whole NIC that is to be written, and the ETag of the state from which it was made. */
export interface NicWriteRequest {
  readonly nicId: string;
  readonly etag: string;
  readonly wanted: WholeNic;
}

/** What asking for a write gave. `operation` is empty where the NIC is as wanted already: then the NIC itself is looked at. */
export type NicWriteStart =
  | {
      readonly kind: "started";
      readonly operation: string;
      readonly retryAfterSeconds: number | null;
    }
  /** Nothing was written. */
  | { readonly kind: "refused"; readonly code: string; readonly message: string };

/** Where a write stands. */
export type NicWritePoll =
  | { readonly kind: "running"; readonly retryAfterSeconds: number | null }
  | {
      readonly kind: "ended";
      /** As it is now; null: gone. */
      readonly nic: WholeNic | null;
      /** Why Azure says that the write failed; null if it does not. */
      readonly failure: { readonly code: string; readonly message: string } | null;
    };

/**
 * Asks for a write of a whole NIC. It reads first: run twice it finds its own write, and somebody else's is never overwritten.
 * @throws AzureRequestError for transient trouble, `retryable`.
 */
export async function startWrite(azure: Azure, request: NicWriteRequest): Promise<NicWriteStart> {
  const { nicId, etag, wanted } = request;
  const now = await readWholeNic(azure, nicId);
  if (now === null) {
    return { kind: "refused", code: "nic-gone", message: "The NIC does not exist any more." };
  }
  if (changedParts(wanted, now).length === 0) {
    return { kind: "started", operation: "", retryAfterSeconds: null };
  }
  try {
    // Azure compares the ETag: whatever was written since then fails the request.
    return { kind: "started", ...(await startNicWrite(azure, nicId, wanted, etag)) };
  } catch (error) {
    if (error instanceof AzureRequestError && !error.retryable) {
      return { kind: "refused", code: error.code, message: `${error.message} ${error.nextStep}` };
    }
    throw error;
  }
}

/**
 * Looks once at a write; at its end the NIC is read, since only that tells what became of it.
 * @throws AzureRequestError if the look itself failed.
 */
export async function pollWrite(
  azure: Azure,
  nicId: string,
  operation: string,
): Promise<NicWritePoll> {
  const poll = operation === "" ? null : await pollNicWrite(azure, nicId, operation);
  if (poll?.kind === "running") {
    return poll;
  }
  const nic = await readWholeNic(azure, nicId);
  if (operation === "" && nic?.provisioningState === "Updating") {
    return { kind: "running", retryAfterSeconds: null };
  }
  const failure = poll?.kind === "failed" ? { code: poll.code, message: poll.message } : null;
  return { kind: "ended", nic, failure };
}
