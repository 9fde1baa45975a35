import type { FetchImplementation, JWTPayload } from "jose";
import { z } from "zod";

/** Whose tokens are taken, and for which application. */
export interface TokenIssuer {
  readonly tenantId: string;
  readonly clientId: string;
  /** The application's identifier URI. */
  readonly audience: string;
  /** Origin of the cloud's sign-in host, for example `https://login.microsoftonline.com`. */
  readonly authority: string;
}

/** What is known of somebody whose token is good. Never to be logged. */
export interface TokenBearer {
  /** Object id of the person or the service principal; null if the token names none. */
  readonly objectId: string | null;
  /** The application that asked for the token: `azp`, in tokens of version 1 `appid`. */
  readonly applicationId: string;
  readonly roles: readonly string[];
}

/** Which check a token failed; a stable word that tells nothing of what the token says. */
export type TokenFault =
  | "malformed"
  | "algorithm"
  | "unknown-key"
  | "signature"
  | "expired"
  | "not-yet-valid"
  | "issuer"
  | "audience"
  | "tenant"
  | "claims";

/** What a token is worth; `unknown`: the keys to check it with could not be had. */
export type TokenVerdict =
  | { readonly kind: "good"; readonly bearer: TokenBearer }
  | { readonly kind: "bad"; readonly fault: TokenFault }
  | { readonly kind: "unknown" };

/** Says what a bearer's token is worth; never throws. */
export type TokenReader = (token: string) => Promise<TokenVerdict>;

/** How far the clocks of Entra and of this machine may differ. */
const CLOCK_TOLERANCE_SECONDS = 60;
/** As long as Microsoft's own libraries keep keys; one that is not among them is looked for at once. */
const KEYS_KEPT_MS = 12 * 60 * 60 * 1000;
/** From one fetch to the next, for keys that nobody has heard of, and from a failed one. */
const FETCH_PAUSE_MS = 30_000;
const FAILED_FETCH_PAUSE_MS = 2000;
/** Senders stop calling who answers late. */
const FETCH_TIMEOUT_MS = 3000;
const CLAIMS_NEEDED = ["exp", "nbf", "iat", "tid", "ver"];

/** Issuers of tokens of version 1, by sign-in host. Source: the clouds' `openid-configuration`; those of the national clouds are not confirmed. */
const VERSION_1_ISSUERS: Readonly<Record<string, string>> = {
  "login.partner.microsoftonline.cn": "https://sts.chinacloudapi.cn",
};
const PUBLIC_VERSION_1_ISSUER = "https://sts.windows.net";
const PUBLIC_AUTHORITY = "https://login.microsoftonline.com";

const claimsSchema = z.object({
  tid: z.string(),
  ver: z.enum(["1.0", "2.0"]),
  oid: z.string().min(1).nullable().default(null),
  // An ID token for this application has neither, and is no access token.
  azp: z.string().min(1).optional(),
  appid: z.string().min(1).optional(),
  roles: z.array(z.string()).default([]),
});

/** Faults by jose's error codes; any other error says nothing of the token, so nobody is let in and nobody is refused for good. */
const FAULTS: Readonly<Record<string, TokenFault>> = {
  ERR_JWS_INVALID: "malformed",
  ERR_JWT_INVALID: "malformed",
  ERR_JOSE_NOT_SUPPORTED: "malformed",
  ERR_JOSE_ALG_NOT_ALLOWED: "algorithm",
  ERR_JWKS_NO_MATCHING_KEY: "unknown-key",
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: "unknown-key",
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: "signature",
  ERR_JWT_EXPIRED: "expired",
};
const CLAIM_FAULTS: Readonly<Record<string, TokenFault>> = {
  iss: "issuer",
  aud: "audience",
  nbf: "not-yet-valid",
  iat: "not-yet-valid",
  exp: "expired",
};
const errorSchema = z.object({
  code: z.string(),
  claim: z.string().optional(),
  reason: z.string().optional(),
});

/**
 * Makes the reader of Entra's access tokens, of version 1 and 2, for one application of one tenant. The tenant's keys are
 * fetched when the first token comes, from the sign-in host only, and kept.
 */
export async function createTokenReader(issuer: TokenIssuer): Promise<TokenReader> {
  const { createRemoteJWKSet, customFetch, jwtVerify } = await import("jose");
  const tenantId = issuer.tenantId.toLowerCase();
  const clientId = issuer.clientId.toLowerCase();
  const keys = createRemoteJWKSet(
    new URL(`${issuer.authority}/${tenantId}/discovery/v2.0/keys`),
    // jose follows no redirect.
    {
      cacheMaxAge: KEYS_KEPT_MS,
      cooldownDuration: FETCH_PAUSE_MS,
      timeoutDuration: FETCH_TIMEOUT_MS,
      [customFetch]: pausingFetch(),
    },
  );
  const options = {
    algorithms: ["RS256"],
    issuer: issuersOf(issuer.authority, tenantId),
    audience: [clientId, issuer.audience],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    requiredClaims: CLAIMS_NEEDED,
  };
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, options);
      return verdictOn(payload, tenantId);
    } catch (error) {
      const fault = faultOf(error);
      return fault === null ? { kind: "unknown" } : { kind: "bad", fault };
    }
  };
}

function issuersOf(authority: string, tenantId: string): string[] {
  const { hostname, origin, protocol } = new URL(authority);
  // On a loopback address tokens are still those of the public cloud; only the keys are a test's own.
  const version2 = protocol === "https:" ? origin : PUBLIC_AUTHORITY;
  const version1 = VERSION_1_ISSUERS[hostname] ?? PUBLIC_VERSION_1_ISSUER;
  return [`${version1}/${tenantId}/`, `${version2}/${tenantId}/v2.0`];
}

function verdictOn(payload: JWTPayload, tenantId: string): TokenVerdict {
  const { data: claims } = claimsSchema.safeParse(payload);
  const applicationId = claims?.ver === "2.0" ? claims.azp : claims?.appid;
  if (claims === undefined || applicationId === undefined) {
    return { kind: "bad", fault: "claims" };
  }
  if (claims.tid.toLowerCase() !== tenantId) {
    return { kind: "bad", fault: "tenant" };
  }
  const { oid: objectId, roles } = claims;
  return { kind: "good", bearer: { objectId, applicationId, roles } };
}

function faultOf(error: unknown): TokenFault | null {
  const { data } = errorSchema.safeParse(error);
  if (data === undefined) {
    return null;
  }
  if (data.code === "ERR_JWT_CLAIM_VALIDATION_FAILED") {
    const wrong = data.reason === "check_failed" ? CLAIM_FAULTS[data.claim ?? ""] : undefined;
    return wrong ?? "claims";
  }
  return FAULTS[data.code] ?? null;
}

/** After a failed fetch there is none for a while: whoever floods this program with tokens must not flood the sign-in host. */
function pausingFetch(): FetchImplementation {
  let pausedUntil = 0;
  return async (url, options) => {
    if (Date.now() < pausedUntil) {
      throw new TypeError("The keys could not be fetched a moment ago.");
    }
    try {
      const response = await fetch(url, options);
      pausedUntil = response.status === 200 ? 0 : Date.now() + FAILED_FETCH_PAUSE_MS;
      return response;
    } catch (error) {
      pausedUntil = Date.now() + FAILED_FETCH_PAUSE_MS;
      throw error;
    }
  };
}
