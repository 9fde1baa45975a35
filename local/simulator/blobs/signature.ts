import { createHmac, timingSafeEqual } from "node:crypto";

/** What a shared access signature (SAS) lets its holder do. */
export interface Grant {
  /** Path of the blob. */
  readonly path: string;
  /** ISO 8601 UTC, whole seconds as Azure writes them. */
  readonly expiresAt: string;
}

/** The query of a SAS that lets its holder read one blob. */
export function signedQuery(key: string, grant: Grant): string {
  return new URLSearchParams({
    sv: "2022-11-02",
    sr: "b",
    sp: "r",
    se: grant.expiresAt,
    sig: signatureOf(key, grant),
  }).toString();
}

/** Whether the query holds a SAS for that blob which is good at that instant (ms). */
export function isGranted(key: string, path: string, query: URLSearchParams, at: number): boolean {
  const expiresAt = query.get("se") ?? "";
  const given = Buffer.from(query.get("sig") ?? "");
  const right = Buffer.from(signatureOf(key, { path, expiresAt }));
  return (
    given.length === right.length && timingSafeEqual(given, right) && at < Date.parse(expiresAt)
  );
}

function signatureOf(key: string, { path, expiresAt }: Grant): string {
  return createHmac("sha256", key).update(`r\n${expiresAt}\n${path}`).digest("base64");
}
