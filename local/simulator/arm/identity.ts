import { z } from "zod";

import { ArmError } from "./arm-error.ts";

/** Who calls, as the claims of a token say. */
export interface Identity {
  readonly oid: string;
  readonly appid: string;
}

const claims = z.looseObject({ oid: z.string().min(1), appid: z.string().min(1) });

/** Makes a token of the usual three parts; nobody signed it, and simulated Azure does not look at its signature. */
export function issueToken(identity: Identity, tenantId: string): string {
  const header = { alg: "none", typ: "JWT" };
  const payload = {
    aud: "https://management.azure.com/",
    iss: `https://sts.windows.net/${tenantId}/`,
    // Far away: the simulator tests no expiry, but a client may.
    exp: 4_102_444_800,
    oid: identity.oid,
    appid: identity.appid,
    tid: tenantId,
  };
  return `${encode(header)}.${encode(payload)}.simulated`;
}

/**
 * Reads the caller from an `Authorization` header.
 * @throws ArmError 401 if there is no bearer token of the usual form with the claims `oid` and `appid`.
 */
export function readIdentity(authorization: string | undefined): Identity {
  if (authorization === undefined) {
    throw new ArmError(
      401,
      "AuthenticationFailed",
      "Authentication failed. The 'Authorization' header is missing.",
    );
  }
  const payload = /^Bearer [\w-]+\.(?<payload>[\w-]+)\.[\w-]*$/iu.exec(authorization)?.groups?.[
    "payload"
  ];
  const parsed = claims.safeParse(decode(payload ?? ""));
  if (!parsed.success) {
    throw new ArmError(401, "InvalidAuthenticationToken", "The access token is invalid.");
  }
  return { oid: parsed.data.oid, appid: parsed.data.appid };
}

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch {
    return null;
  }
}
