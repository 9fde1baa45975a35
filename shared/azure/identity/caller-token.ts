import type { AccessToken, TokenCredential } from "@azure/core-auth";

import { ConfigurationError } from "../../domain/errors.ts";

/** Before its end a token is fetched anew: the clocks of both sides may differ. */
const LEFT_MS = 5 * 60 * 1000;

/**
 * Gives tokens for an application, by its identifier URI, of whoever is signed in on this machine (`az login`, or an identity
 * that `DefaultAzureCredential` finds). Each is kept until shortly before its end, since asking Azure CLI takes a second.
 */
export function createCallerToken(audience: string): () => Promise<string> {
  let kept: Promise<AccessToken> | null = null;
  async function fetchToken(): Promise<AccessToken> {
    const { DefaultAzureCredential } = await import("@azure/identity");
    return await tokenOf(new DefaultAzureCredential(), audience);
  }
  async function fetchAndKeep(): Promise<AccessToken> {
    const fetched = fetchToken();
    kept = fetched;
    return await fetched;
  }
  return async () => {
    if (kept === null) {
      return (await fetchAndKeep()).token;
    }
    const known = await kept.catch(() => null);
    const lasts = known !== null && known.expiresOnTimestamp - LEFT_MS >= Date.now();
    return (lasts ? known : await fetchAndKeep()).token;
  };
}

async function tokenOf(credential: TokenCredential, audience: string): Promise<AccessToken> {
  const scope = `${audience}/.default`;
  const token = await credential.getToken(scope).catch((error: unknown) => {
    throw noToken(audience, error);
  });
  if (token === null) {
    throw noToken(audience, undefined);
  }
  return token;
}

/** The SDK's own message goes through a dozen ways to sign in, and may name the signed-in person. */
function noToken(audience: string, cause: unknown): ConfigurationError {
  return new ConfigurationError(`No token for ${audience} can be had.`, {
    code: "no-token",
    nextStep: `Sign in with: az login --scope ${audience}/.default`,
    cause,
  });
}
