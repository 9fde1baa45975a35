import { z } from "zod";

import { AzureRequestError } from "../../domain/errors.ts";
import { toAzureRequestError } from "../errors.ts";

const errorBody = z.object({
  statusCode: z.number(),
  code: z.string().optional().catch(undefined),
  details: z
    .object({
      odataError: z.object({ code: z.string() }).optional(),
      errorCode: z.string().optional(),
    })
    .optional()
    .catch(undefined),
});

/** What the storage service said of a failed request: its HTTP status and its own code; null if it did not answer. */
export function storageAnswer(
  error: unknown,
): { readonly status: number; readonly code: string } | null {
  const parsed = errorBody.safeParse(error);
  if (!parsed.success) {
    return null;
  }
  const { statusCode, code, details } = parsed.data;
  return {
    status: statusCode,
    code: details?.odataError?.code ?? details?.errorCode ?? code ?? "",
  };
}

/** As `toAzureRequestError`; what is missing where storage refuses is known better here. */
export function toStorageError(error: unknown, tried: string): AzureRequestError {
  const failure = toAzureRequestError(error, tried);
  if (failure.status !== 403) {
    return failure;
  }
  const { code, message, status, azureCode, retryable, retryAfterSeconds, requestId } = failure;
  return new AzureRequestError(message, {
    code,
    nextStep:
      storageAnswer(error)?.code === "AuthorizationFailure"
        ? "Let this program's subnet through the firewall of the storage account."
        : "Grant the identity of this program 'Storage Table Data Contributor' and 'Storage Blob Data Contributor' on the storage account.",
    status,
    azureCode,
    retryable,
    retryAfterSeconds,
    requestId,
  });
}
