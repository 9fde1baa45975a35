import { z } from "zod";

import type { Azure } from "../azure/clients.ts";
import { isOwnWrite } from "../azure/own-write.ts";
import { listResources } from "../azure/read-resource.ts";
import { requireResourceId } from "../domain/resource-id.ts";
import type { ActivityRecord } from "../domain/restart.ts";

/** Which part of the Activity Log to read; instants are ISO 8601 UTC. */
export interface ActivityQuestion {
  readonly resourceId: string;
  /** Type of the resource, for example `microsoft.compute/virtualmachines`. */
  readonly type: string;
  readonly from: string;
  readonly until: string;
}

const LOG_VERSION = "2015-04-01";

const name = z.object({ value: z.string() });

/** Claims are asked for to tell this program's own writes, and go no further. Source: REST reference of "Activity Logs - List". */
const entrySchema = z.object({
  correlationId: z.string().nullish(),
  operationName: name,
  status: name.nullish(),
  eventTimestamp: z.string(),
  claims: z.unknown(),
});

/**
 * What was done to a resource by requests to Azure, oldest first; what failed is left out, and an operation stands there
 * once, when it began. Azure takes minutes to write an entry, so the newest may be missing.
 * @throws AzureRequestError if Azure does not tell
 * @throws DefectError `odd-answer` if the answer is not of the known form
 */
export async function readActivityLog(
  azure: Azure,
  { resourceId, type, from, until }: ActivityQuestion,
): Promise<readonly ActivityRecord[]> {
  const { subscriptionId, name: resource } = requireResourceId(resourceId, type);
  const conditions = [
    `eventTimestamp ge '${from}'`,
    `eventTimestamp le '${until}'`,
    `resourceUri eq '${resourceId.replaceAll("'", "''")}'`,
  ];
  const entries = await listResources(azure, {
    tried: `read the Activity Log of ${resource}`,
    path: `/subscriptions/${subscriptionId}/providers/Microsoft.Insights/eventtypes/management/values`,
    apiVersion: LOG_VERSION,
    query: { $filter: conditions.join(" and ") },
    schema: entrySchema,
  });
  const own = await azure.ownIdentity();
  const failed = new Set(entries.filter(hasFailed).map(keyOf));
  const records = new Map<string, ActivityRecord>();
  for (const entry of entries.toReversed().toSorted(byTime)) {
    const key = keyOf(entry);
    if (!failed.has(key) && !records.has(key)) {
      records.set(key, {
        operation: entry.operationName.value.toLowerCase(),
        at: new Date(entry.eventTimestamp).toISOString(),
        own: isOwnWrite(entry.claims, own),
      });
    }
  }
  return [...records.values()];
}

type Entry = z.output<typeof entrySchema>;

/** The entries of one operation share its correlation id; without one each stands for itself. */
function keyOf({ correlationId, operationName, eventTimestamp }: Entry): string {
  return `${correlationId ?? eventTimestamp} ${operationName.value.toLowerCase()}`;
}

function hasFailed({ status }: Entry): boolean {
  return status?.value.toLowerCase() === "failed";
}

function byTime(one: Entry, other: Entry): number {
  return Date.parse(one.eventTimestamp) - Date.parse(other.eventTimestamp);
}
