import { setTimeout as pause } from "node:timers/promises";

import type { OwnIdentity } from "../../shared/signals/decoded.ts";
import { services } from "../services.ts";

/** Longest wait for a token, in milliseconds: senders stop calling who answers late. */
const LONGEST_WAIT = 2000;

/**
 * Who this program is for Azure, by the token in use; read once and then kept. Null where no token comes in time: then
 * own writes are not recognised, and the run that they start ends as healthy, so trouble here must stop nothing.
 */
export async function ownIdentityIfKnown(): Promise<OwnIdentity | null> {
  const known = new AbortController();
  try {
    return await Promise.race([ask(), pause(LONGEST_WAIT, null, { signal: known.signal })]);
  } catch {
    return null;
  } finally {
    known.abort();
  }
}

async function ask(): Promise<OwnIdentity | null> {
  const azure = await services().azure();
  return await azure.ownIdentity();
}
