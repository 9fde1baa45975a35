import type { InvocationContext } from "@azure/functions";
import { getClient, input } from "durable-functions";

import { incidentClosedEvent } from "../../shared/incidents/lifecycle.ts";
import { publishEvent } from "../../shared/incidents/publish.ts";
import type { Services } from "../services.ts";
import { startTellingOf } from "../triggers/telling.ts";
import type { ActivityCatalogue } from "./catalogue.ts";

/** Starts the story that tells of an incident's end. Key: the incident's id; one that goes on is left alone. */
export const startTelling = {
  extraInputs: [input.durableClient()],
  handler: async (asked: unknown, context: InvocationContext): Promise<null> => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only `call` schedules it, and the catalogue types that
    const { incidentId } = asked as ActivityCatalogue["startTelling"]["input"];
    await startTellingOf(getClient(context), incidentId);
    return null;
  },
};

/** Tells the topic of an incident's end. Key: the event's id, which comes from the incident's; the topic may hear it twice. */
export async function publishClosed(
  { incidentId }: ActivityCatalogue["publishClosed"]["input"],
  { settings, store, azure }: Services,
): Promise<ActivityCatalogue["publishClosed"]["output"]> {
  if (settings.eventTopic === null) {
    return { told: "off" };
  }
  const incident = await (await store()).getIncident(incidentId);
  if (incident === undefined) {
    return { told: "forgotten" };
  }
  if (incident.closedAt === null) {
    return { told: "still-open" };
  }
  await publishEvent(await azure(), settings.eventTopic, incidentClosedEvent(incident));
  return { told: "published" };
}
