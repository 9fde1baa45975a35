import { z } from "zod";

import type { Azure } from "./clients.ts";
import { listResources } from "./read-resource.ts";

/** A subscription that the identity in use has some right in. */
export interface Subscription {
  readonly id: string;
  /** Its display name. */
  readonly name: string;
}

const subscription = z.object({
  subscriptionId: z.string().min(1),
  displayName: z.string().nullish(),
  state: z.string().nullish(),
});

/**
 * States in which nothing runs any more; `Enabled`, `Warned` and `PastDue` do.
 * Source: `SubscriptionState` of Resource Manager's API, and Microsoft's page on subscription states.
 */
const AT_REST: ReadonlySet<string> = new Set(["disabled", "deleted"]);

/**
 * The subscriptions that the identity in use sees and in which VMs can run.
 * @throws AzureRequestError if Azure does not tell
 */
export async function listSubscriptions(azure: Azure): Promise<readonly Subscription[]> {
  const listed = await listResources(azure, {
    tried: "list the subscriptions",
    path: "/subscriptions",
    apiVersion: "2022-12-01",
    schema: subscription,
  });
  return listed
    .filter(({ state }) => !AT_REST.has((state ?? "").toLowerCase()))
    .map(({ subscriptionId, displayName }) => ({
      id: subscriptionId,
      name: displayName ?? subscriptionId,
    }));
}
