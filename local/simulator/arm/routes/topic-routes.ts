import { z } from "zod";

import type { ArmCall, ArmRoute } from "../arm-call.ts";
import { ArmError } from "../arm-error.ts";
import { readBody } from "../read-body.ts";
import type { Reply } from "../reply.ts";

const text = z.string().min(1);

/** What CloudEvents 1.0 asks of an event in JSON; more attributes are allowed. */
const cloudEvent = z.looseObject({
  specversion: z.literal("1.0"),
  id: text,
  source: text,
  type: text,
  subject: text.optional(),
  time: z.iso.datetime({ offset: true }).optional(),
});

/**
 * What custom topics of Event Grid answer, at the simulator's own origin. Source: "Publish Cloud Event Events" of their REST
 * reference. A missing right is refused in Resource Manager's words, not in Event Grid's own.
 */
export const TOPIC_ROUTES: readonly ArmRoute[] = [
  {
    operation: "topic.publish",
    action: "Microsoft.EventGrid/events/send/action",
    method: "POST",
    path: "/topics/:name/api/events",
    handle: publish,
  },
];

function publish({ simulation, name, body, caller }: ArmCall): Reply {
  const topic = simulation.topics.get(name.toLowerCase());
  if (topic === undefined) {
    throw new ArmError(404, "ResourceNotFound", `There is no topic '${name}'.`);
  }
  const events = readBody(z.array(cloudEvent).min(1), body);
  const at = simulation.now().toISOString();
  topic.events.push(...events.map((event) => ({ publisher: caller.oid, at, event })));
  return { status: 200, body: undefined };
}
