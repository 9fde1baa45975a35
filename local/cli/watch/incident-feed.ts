import { InvalidInputError } from "../../../shared/domain/errors.ts";
import { inParallel } from "../../../shared/domain/in-parallel.ts";
import type { HostClient } from "../host/host-client.ts";
import type { IncidentSummary, IncidentView } from "../host/host-schema.ts";

/** What a host had to say at one moment. */
export interface Look {
  /** Newest first, with their steps as they happen. */
  readonly open: readonly IncidentSummary[];
  /** Those that ended since the look before, in that order; at the first look none. */
  readonly closed: readonly IncidentView[];
}

/** Incidents read one by one at a time. */
const READS = 5;

/** Gives a function that looks at the host anew; a look that fails is made up for by the next one. */
export function openFeed(client: HostClient): () => Promise<Look> {
  let open: readonly IncidentSummary[] = [];
  /** Closed incidents that need not be told any more; null before the first look. */
  let told: Set<string> | null = null;
  return async () => {
    const [listed, newest] = await Promise.all([client.openIncidents(), client.newestIncidents()]);
    // One that was refused at once is never seen open: only the newest incidents tell of it.
    const closedIds = newest.filter(({ closedAt }) => closedAt !== null).map(({ id }) => id);
    const known = told ?? new Set(closedIds);
    const listedIds = new Set(listed.map(({ id }) => id));
    const gone = open.map(({ id }) => id).filter((id) => !listedIds.has(id));
    const unclear = [...new Set([...gone, ...closedIds])].filter((id) => !known.has(id));
    const read = await inParallel(unclear, READS, async (id) => await readIncident(client, id));
    const found = read.filter((incident) => incident !== null);
    const closed = found.filter(({ closedAt }) => closedAt !== null);
    told = new Set([...known, ...closed.map(({ id }) => id)]);
    const unlisted = found.filter(({ closedAt }) => closedAt === null);
    open = [...listed.filter(isNotIn(told)), ...unlisted].toSorted(newestFirst);
    return { open, closed: closed.toSorted(byClosing) };
  };
}

/** Null if the host does not know it any more, for example since it was started anew with other records. */
async function readIncident(client: HostClient, id: string): Promise<IncidentView | null> {
  try {
    return await client.incident(id);
  } catch (error) {
    if (error instanceof InvalidInputError && error.code === "incident-not-found") {
      return null;
    }
    throw error;
  }
}

function isNotIn(ids: ReadonlySet<string>): (incident: { readonly id: string }) => boolean {
  return ({ id }) => !ids.has(id);
}

function newestFirst(left: IncidentSummary, right: IncidentSummary): number {
  return right.openedAt.localeCompare(left.openedAt);
}

function byClosing(left: IncidentView, right: IncidentView): number {
  return (left.closedAt ?? "").localeCompare(right.closedAt ?? "");
}
