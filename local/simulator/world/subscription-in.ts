/** The subscription's id in the path of a request or in a resource's id; null where there is none. */
export function subscriptionIn(path: string): string | null {
  return /^\/subscriptions\/(?<id>[^/]+)/iu.exec(path)?.groups?.["id"] ?? null;
}
