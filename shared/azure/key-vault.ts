import { z } from "zod";

import { AzureRequestError } from "../domain/errors.ts";
import type { Azure } from "./clients.ts";
import { inWords } from "./errors.ts";

const API_VERSION = "7.4";

const unreadable = z.object({ code: z.literal("PARSE_ERROR") });
const bundle = z.object({ value: z.string() });

/** What asking Key Vault for a secret gave. */
export type SecretReading =
  | { readonly kind: "read"; readonly value: string }
  | { readonly kind: "unavailable"; readonly code: string; readonly message: string };

/**
 * Reads a secret by its address, `https://VAULT.vault.azure.net/secrets/NAME[/VERSION]`. Its value is never part of a
 * message. Source: "Get Secret" of Key Vault's REST reference.
 * @throws AzureRequestError for transient trouble, `retryable`.
 */
export async function readSecret(azure: Azure, address: string): Promise<SecretReading> {
  try {
    const body = await inWords(
      `read the secret ${new URL(address).pathname}`,
      async () => await bodyOf(azure, address),
    );
    const read = bundle.safeParse(body);
    return read.success
      ? { kind: "read", value: read.data.value }
      : { kind: "unavailable", code: "secret-odd", message: "Key Vault's answer holds no secret." };
  } catch (error) {
    if (error instanceof AzureRequestError && !error.retryable) {
      const message = [error.message, error.nextStep].join(" ");
      return { kind: "unavailable", code: "secret-unreadable", message };
    }
    throw error;
  }
}

async function bodyOf(azure: Azure, address: string): Promise<unknown> {
  const { origin, pathname } = new URL(address);
  const client = await azure.vault(origin);
  const request = client.pathUnchecked(pathname);
  try {
    const response = await request.get({ queryParameters: { "api-version": API_VERSION } });
    if (response.status === "200") {
      return response.body;
    }
    const { createRestError } = await import("@azure-rest/core-client");
    throw createRestError(response);
  } catch (error) {
    // The SDK's message repeats the whole answer that it could not read, and so the secret.
    if (unreadable.safeParse(error).success) {
      return null;
    }
    throw error;
  }
}
