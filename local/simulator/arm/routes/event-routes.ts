import type { ScenarioEventSubscription } from "../../scenario/event-schema.ts";
import type { World } from "../../world/world.ts";
import { groupId } from "../../world/world.ts";
import type { ArmCall, ArmRoute } from "../arm-call.ts";
import { pageOf } from "../paging.ts";
import type { Reply } from "../reply.ts";
import { SUBSCRIPTION } from "./paths.ts";

/** The list of a subscription's event subscriptions. Source: "Event Subscriptions - List Global By Subscription". */
export const EVENT_ROUTES: readonly ArmRoute[] = [
  {
    operation: "eventSubscription.list",
    action: "Microsoft.EventGrid/eventSubscriptions/read",
    method: "GET",
    path: `${SUBSCRIPTION}/providers/microsoft.eventgrid/eventsubscriptions`,
    handle: listEventSubscriptions,
  },
];

function listEventSubscriptions(call: ArmCall): Reply {
  const { world, worlds, eventSubscriptions } = call.simulation;
  const here = eventSubscriptions.filter(
    ({ subscriptionId = worlds[0].subscriptionId }) =>
      subscriptionId.toLowerCase() === world.subscriptionId.toLowerCase(),
  );
  return pageOf(call, here, (each) => render(world, each));
}

function render(world: World, wanted: ScenarioEventSubscription): unknown {
  const { name, functionApp, functionName, operationNames, provisioningState } = wanted;
  const scope = `/subscriptions/${world.subscriptionId}`;
  return {
    id: `${scope}/providers/Microsoft.EventGrid/eventSubscriptions/${name}`,
    name,
    type: "Microsoft.EventGrid/eventSubscriptions",
    properties: {
      topic: scope,
      provisioningState,
      destination: {
        endpointType: "AzureFunction",
        properties: {
          resourceId: `${groupId(world)}/providers/Microsoft.Web/sites/${functionApp}/functions/${functionName}`,
          maxEventsPerBatch: 1,
          preferredBatchSizeInKilobytes: 64,
        },
      },
      filter: {
        subjectBeginsWith: wanted.subjectBeginsWith,
        subjectEndsWith: "",
        includedEventTypes: wanted.includedEventTypes,
        ...(operationNames.length > 0 && {
          advancedFilters: [
            { operatorType: "StringIn", key: "data.operationName", values: operationNames },
          ],
        }),
      },
      labels: null,
      eventDeliverySchema: "EventGridSchema",
      retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 },
    },
  };
}
