import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/core-auth";

/** A token that ends sooner than this is asked for anew: the SDKs themselves begin two minutes before its end. */
const SPARE_MS = 5 * 60_000;
/** One that lasts longer than this will do while no new one can be had. */
const LEAST_MS = 2 * 60_000;

/**
 * A credential that asks for one token for each audience, whoever of many clients needs it. Each client keeps a token of its own,
 * and there are two for each subscription: a credential without a memory, such as that of the Azure CLI, which starts a process
 * for each token, would be asked as often. Where no new one can be had, one that still lasts is given. An answer to a
 * challenge (`claims`) is never taken from memory.
 */
export function shareTokens(credential: TokenCredential): TokenCredential {
  const kept = new Map<string, AccessToken>();
  const asked = new Map<string, Promise<AccessToken | null>>();

  async function ask(
    key: string,
    scopes: string | string[],
    options: GetTokenOptions,
  ): Promise<AccessToken | null> {
    try {
      const token = await credential.getToken(scopes, options);
      if (token !== null) {
        kept.set(key, token);
      }
      return token;
    } finally {
      asked.delete(key);
    }
  }

  return {
    async getToken(scopes, options = {}) {
      const { claims, tenantId, enableCae } = options;
      const key = JSON.stringify([[scopes].flat(), tenantId, enableCae ?? false, claims]);
      const known = claims === undefined ? kept.get(key) : undefined;
      if (known !== undefined && !isOld(known)) {
        return known;
      }
      const pending = asked.get(key) ?? ask(key, scopes, options);
      asked.set(key, pending);
      try {
        return await pending;
      } catch (error) {
        if (known !== undefined && known.expiresOnTimestamp - Date.now() > LEAST_MS) {
          return known;
        }
        throw error;
      }
    },
  };
}

function isOld({ expiresOnTimestamp, refreshAfterTimestamp }: AccessToken): boolean {
  return Date.now() >= (refreshAfterTimestamp ?? expiresOnTimestamp - SPARE_MS);
}
