import type { DurableClient } from "durable-functions";

import { inParallel } from "../../shared/domain/in-parallel.ts";
import { services } from "../services.ts";
import { startTellClosed, tellingInstanceId } from "./instances.ts";

/** Incidents that a round looks at, of those which ended in the last day, and how many at a time. */
const MOST = 500;
const AT_ONCE = 5;
const DAY_MS = 24 * 60 * 60 * 1000;

/** A story of telling that came to such an end has told nothing; its event has one id, however often it is published. */
const ENDED_UNTOLD: ReadonlySet<string> = new Set(["Failed", "Terminated", "Canceled"]);

/** Starts telling the topic that an incident ended; nothing where no topic is set. */
export async function startTellingOf(client: DurableClient, incidentId: string): Promise<void> {
  const { eventTopic, retrySeconds } = services().settings;
  if (eventTopic !== null) {
    await startTellClosed(client, { incidentId, retrySeconds });
  }
}

/**
 * Starts telling of incidents which ended without it, for example those whose run was lost. That a story of telling was
 * begun is the mark that an incident is told of, or will be.
 */
export async function tellMissed(client: DurableClient): Promise<void> {
  if (services().settings.eventTopic === null) {
    return;
  }
  const store = await services().store();
  const since = new Date(Date.now() - DAY_MS).toISOString();
  const closed = await store.listIncidents({ open: false, limit: MOST });
  const recent = closed.filter(({ closedAt }) => closedAt !== null && closedAt > since);
  await inParallel(recent, AT_ONCE, async ({ id }) => {
    if (!(await isTold(client, id))) {
      await startTellingOf(client, id);
    }
  });
}

async function isTold(client: DurableClient, incidentId: string): Promise<boolean> {
  try {
    const { runtimeStatus } = await client.getStatus(tellingInstanceId(incidentId));
    return !ENDED_UNTOLD.has(runtimeStatus);
  } catch (error) {
    if (error instanceof Error && error.message.includes("HTTP 404")) {
      return false;
    }
    throw error;
  }
}
