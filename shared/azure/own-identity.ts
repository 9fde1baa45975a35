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

/** Reads the ids out of an access token (the payload of a JWT, RFC 7519); null if it holds none. */
export function identityOfToken(token: string): OwnIdentity | null {
  const payload = token.split(".")[1];
  if (payload === undefined) {
    return null;
  }
  const read = claims.safeParse(parseJson(Buffer.from(payload, "base64url").toString("utf8")));
  if (!read.success || (read.data.oid === null && read.data.appid === null)) {
    return null;
  }
  return read.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
