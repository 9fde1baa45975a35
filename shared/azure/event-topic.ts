import type { Pipeline } from "@azure/core-rest-pipeline";
import type { EventGridPublisherClient } from "@azure/eventgrid";
import { z } from "zod";

import { ConfigurationError } from "../domain/errors.ts";

/** Suffixes of Event Grid's topics, one for each cloud. Source: the custom topic's `endpoint` in its REST reference. */
const TOPICS = ["eventgrid.azure.net", "eventgrid.azure.us", "eventgrid.azure.cn"];

/** @throws ConfigurationError `foreign-host` for an endpoint that is no topic's: no token goes there. */
export function requireAzureTopic(endpoint: string): void {
  const { protocol, host } = new URL(endpoint);
  if (protocol !== "https:" || !TOPICS.some((suffix) => host.endsWith(`.${suffix}`))) {
    throw new ConfigurationError(
      `Refused to send a token to ${host}, which is no Event Grid topic.`,
      {
        code: "foreign-host",
        nextStep:
          "Give the topic's own endpoint, https://TOPIC.REGION-1.eventgrid.azure.net/api/events.",
      },
    );
  }
}

const inner = z.object({ pipeline: z.custom<Pipeline>((value) => value instanceof Object) });

/** The pipeline of a topic's client: the SDK keeps it to itself, and without it nothing can be sent to this machine. */
export function pipelineOfTopic(client: EventGridPublisherClient<"CloudEvent">): Pipeline {
  return inner.parse(Reflect.get(client, "client")).pipeline;
}
