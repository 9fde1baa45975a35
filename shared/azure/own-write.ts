import { z } from "zod";

import type { OwnIdentity } from "./identity/own-identity.ts";

const OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier";

const text = z.string().optional().catch(undefined);
const claimsSchema = z.object({ appid: text, [OBJECT_ID]: text });

/**
 * Whether these claims of a writer are this program's own. The object id decides where both sides have one: the
 * application id of `az login` is shared by everybody who uses that tool.
 */
export function isOwnWrite(claims: unknown, own: OwnIdentity | null): boolean {
  const parsed = claimsSchema.safeParse(claims);
  if (own === null || !parsed.success) {
    return false;
  }
  const writerObject = known(parsed.data[OBJECT_ID]);
  const ownObject = known(own.oid);
  if (writerObject !== null && ownObject !== null) {
    return writerObject === ownObject;
  }
  const writerApplication = known(parsed.data.appid);
  return writerApplication !== null && writerApplication === known(own.appid);
}

function known(id: string | null | undefined): string | null {
  const bare = id?.trim().toLowerCase() ?? "";
  return bare === "" ? null : bare;
}
