import type { Azure } from "../azure/clients.ts";
import { inWords } from "../azure/errors.ts";
import type { LifecycleEvent } from "./lifecycle.ts";

/**
 * Publishes an event to a custom topic of Event Grid, which takes CloudEvents. Published again it has the same id.
 * @throws AzureRequestError if the topic does not take it
 */
export async function publishEvent(
  azure: Azure,
  topic: string,
  event: LifecycleEvent,
): Promise<void> {
  await inWords(`publish the end of incident ${event.data.incidentId}`, async () => {
    const client = await azure.topic(topic);
    const { specversion: _always, time, ...rest } = event;
    await client.send([{ ...rest, time: new Date(time) }]);
  });
}
