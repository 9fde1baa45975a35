import { z } from "zod";

import type { Azure } from "../azure/clients.ts";
import { listResources } from "../azure/read-resource.ts";
import { AzureRequestError } from "../domain/errors.ts";
import { inParallel } from "../domain/in-parallel.ts";

/** Names in private DNS that lead to an address, and why others could not be looked at. */
export interface DnsRecords {
  /** `NAME.ZONE`. */
  readonly names: readonly string[];
  readonly unread: readonly string[];
}

const API_VERSION = "2020-06-01";
/** Zones that are looked at: a subscription may have a thousand, and each is a request. */
const MOST_ZONES = 40;
/** Requests at a time. */
const AT_ONCE = 4;

const zone = z.object({ id: z.string(), name: z.string() });
type Zone = z.output<typeof zone>;
const record = z.object({
  name: z.string(),
  properties: z.object({
    isAutoRegistered: z.boolean().nullish(),
    aRecords: z.array(z.object({ ipv4Address: z.string() })).nullish(),
  }),
});

/**
 * The A records of a subscription's private DNS zones that name an address. Those that Azure registers by itself follow the
 * VM, and are left out. One request for the zones and one for each. Source: REST reference of privateDnsZones 2020-06-01.
 * @throws AzureRequestError for transient trouble, `retryable`.
 */
export async function dnsRecordsOf(
  azure: Azure,
  subscriptionId: string,
  address: string,
): Promise<DnsRecords> {
  try {
    const zones = await listResources(azure, {
      tried: "list the private DNS zones of the subscription",
      path: `/subscriptions/${subscriptionId}/providers/Microsoft.Network/privateDnsZones`,
      apiVersion: API_VERSION,
      schema: zone,
    });
    const looked = zones.slice(0, MOST_ZONES);
    const names = await inParallel(
      looked,
      AT_ONCE,
      async (each) => await namesIn(azure, each, address),
    );
    const others = zones.length - looked.length;
    const unread = others > 0 ? [`${others} more private DNS zones were not looked at.`] : [];
    return { names: names.flat(), unread };
  } catch (error) {
    if (error instanceof AzureRequestError && !error.retryable) {
      return { names: [], unread: [`${error.message} ${error.nextStep}`] };
    }
    throw error;
  }
}

async function namesIn(azure: Azure, { id, name }: Zone, address: string): Promise<string[]> {
  const records = await listResources(azure, {
    tried: `list the A records of private DNS zone ${name}`,
    path: `${id}/A`,
    apiVersion: API_VERSION,
    schema: record,
  });
  return records
    .filter(({ properties }) => properties.isAutoRegistered !== true)
    .filter(({ properties }) =>
      (properties.aRecords ?? []).some(({ ipv4Address }) => ipv4Address === address),
    )
    .map((found) => (found.name === "@" ? name : `${found.name}.${name}`));
}
