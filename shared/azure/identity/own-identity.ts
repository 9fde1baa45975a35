import { z } from "zod";

/** Who this program is to Azure; its own NIC writes carry the same ids. */
export interface OwnIdentity {
  /** Object id of the principal. */
  readonly oid: string | null;
  /** Application (client) id. */
  readonly appid: string | null;
}

const claims = z.object({
  oid: z.string().min(1).nullable().default(null),
  appid: z.string().min(1).nullable().default(null),
});

const tenantClaim = z.object({ tid: z.guid() });

/** Reads the ids out of an access token (the payload of a JWT, RFC 7519); null if it holds none. */
export function identityOfToken(token: string): OwnIdentity | null {
  const read = claims.safeParse(payloadOf(token));
  if (!read.success || (read.data.oid === null && read.data.appid === null)) {
    return null;
  }
  return read.data;
}

/** The tenant that an access token is for; null if it does not tell. */
export function tenantOfToken(token: string): string | null {
  return tenantClaim.safeParse(payloadOf(token)).data?.tid ?? null;
}

function payloadOf(token: string): unknown {
  const payload = token.split(".")[1];
  return payload === undefined
    ? null
    : parseJson(Buffer.from(payload, "base64url").toString("utf8"));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
