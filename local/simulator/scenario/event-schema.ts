import { z } from "zod";

/** Custom topics that take CloudEvents. */
const topics = z
  .array(z.string().regex(/^[\dA-Za-z-]{3,50}$/u, "must be a name of a custom topic"))
  .default(["incidents"])
  .describe(
    "Custom topics of Event Grid at /topics/NAME/api/events, which keep what is published.",
  );

/** An event subscription of a simulated subscription, as Resource Manager lists it. */
const eventSubscription = z.strictObject({
  name: z.string().min(3),
  subscriptionId: z.guid().optional().describe("Default: the main subscription."),
  functionApp: z.string().min(1).default("func-remediator"),
  functionName: z.string().min(1).describe("The Azure Function that it delivers to."),
  includedEventTypes: z
    .array(z.string().min(1))
    .default(["Microsoft.Resources.ResourceWriteSuccess"]),
  operationNames: z
    .array(z.string().min(1))
    .default(["Microsoft.Network/networkInterfaces/write"])
    .describe("Values of the advanced filter on data.operationName; empty: no such filter."),
  subjectBeginsWith: z.string().default("").describe("Empty: no such filter."),
  provisioningState: z
    .enum(["Succeeded", "Creating", "Failed", "AwaitingManualAction"])
    .default("Succeeded"),
});

/** Event subscriptions that are listed; nothing is delivered by them, see `/_simulator/subscriptions`. */
const eventSubscriptions = z
  .array(eventSubscription)
  .default([])
  .describe(
    "Event subscriptions that lists show, each to an Azure Function; they deliver nothing.",
  );

/** What a scenario says of Event Grid. */
export const eventGridKeys = { topics, eventSubscriptions };

/** One event subscription with its defaults. */
export type ScenarioEventSubscription = z.output<typeof eventSubscription>;
