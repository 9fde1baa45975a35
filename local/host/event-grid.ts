import { Hono } from "hono";
import type { Context } from "hono";
import { z } from "zod";

import type { HostFunction, Registry } from "./registry.ts";
import type { TriggerRunner } from "./triggers.ts";

/** Path at which Event Grid reaches the functions of an app. */
const path = "/runtime/webhooks/eventgrid";
const validationType = "Microsoft.EventGrid.SubscriptionValidationEvent";
const eventsSchema = z.union([
  z.array(z.record(z.string(), z.unknown())).min(1),
  z.record(z.string(), z.unknown()).transform((event) => [event]),
]);
const validationSchema = z.object({
  eventType: z.literal(validationType),
  data: z.object({ validationCode: z.string() }),
});

type Events = z.output<typeof eventsSchema>;

/** Serves the app's Event Grid functions as a real host does: handshakes of both schemas, then one call for each event. */
export function eventGridTriggers(registry: Registry, runner: TriggerRunner): Hono {
  const app = new Hono();
  app.options(path, (context) => {
    if (findFunction(context, registry) === undefined) {
      return unknownFunction(context);
    }
    const origin = context.req.header("webhook-request-origin") ?? "*";
    context.header("Webhook-Allowed-Origin", origin);
    context.header("Webhook-Allowed-Rate", "*");
    return context.body(null, 200);
  });
  app.post(path, async (context) => {
    const target = findFunction(context, registry);
    if (target === undefined) {
      return unknownFunction(context);
    }
    const events = readEvents(await context.req.text());
    if (events === undefined) {
      const message = "The body is not an event or an array of events in JSON.";
      const nextStep = "Send events of the Event Grid schema, or of CloudEvents 1.0.";
      const error = { code: "unreadable-events", message, problems: [message], nextStep };
      return context.json({ error }, 400);
    }
    const code = validationCode(events);
    if (code !== undefined) {
      return context.json({ validationResponse: code });
    }
    return await deliver(context, target, runner, events);
  });
  return app;
}

function findFunction(context: Context, registry: Registry): HostFunction | undefined {
  const wanted = context.req.query("functionName")?.toLowerCase();
  return [...registry.values()].find(
    ({ name, trigger }) => trigger.kind === "eventGrid" && name.toLowerCase() === wanted,
  );
}

function unknownFunction(context: Context): Response {
  const message = "The query's functionName names no Event Grid function of this app.";
  const nextStep = "Correct functionName in the address of the event subscription.";
  return context.json({ error: { code: "unknown-function", message, nextStep } }, 404);
}

function readEvents(body: string): Events | undefined {
  try {
    return eventsSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

function validationCode(events: Events): string | undefined {
  return validationSchema.safeParse(events[0]).data?.data.validationCode;
}

/** All events are tried even if one fails: Event Grid sends the batch again after an error, and handlers know repeats. */
async function deliver(
  context: Context,
  target: HostFunction,
  runner: TriggerRunner,
  events: Events,
): Promise<Response> {
  const runs = await Promise.allSettled(
    events.map(async (event) => await runner.run(target, { json: JSON.stringify(event) })),
  );
  return context.body(null, runs.some((run) => run.status === "rejected") ? 500 : 202);
}
