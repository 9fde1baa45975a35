import type { ResourceChange } from "../simulation.ts";
import { subscriptionIn } from "../world/subscription-in.ts";
import type { World } from "../world/world.ts";

/** In which form Event Grid delivers. */
export type EventSchema = "eventGrid" | "cloudEvents";

/** What each event needs beside its change. */
export interface EventStamp {
  readonly id: string;
  readonly correlationId: string;
  /** ISO 8601 UTC. */
  readonly at: string;
}

/**
 * The event that Event Grid sends for a change of a resource.
 * Source: "Azure subscription as an Event Grid source"; ids come in lower-case `resourcegroups` there.
 */
export function resourceEvent(
  tenantId: string,
  change: ResourceChange,
  stamp: EventStamp,
  schema: EventSchema,
): unknown {
  const subscriptionId = subscriptionIn(change.resourceId) ?? "";
  const topic = `/subscriptions/${subscriptionId}`;
  const subject = change.resourceId.replace("/resourceGroups/", "/resourcegroups/");
  const type = `Microsoft.Resources.Resource${change.kind}Success`;
  const data = eventData(change, { subject, stamp, subscriptionId, tenantId });
  return wrap({ topic, subject, type, data, stamp }, schema);
}

/** An event of a custom topic whose data is an alert in the common schema. */
export function alertEvent(
  world: World,
  alert: unknown,
  stamp: EventStamp,
  schema: EventSchema,
): unknown {
  const topic = `/subscriptions/${world.subscriptionId}/resourceGroups/${world.resourceGroup}/providers/Microsoft.EventGrid/topics/fleet-alerts`;
  const type = "StaticIpRemediator.AlertFired";
  return wrap({ topic, subject: "alerts", type, data: alert, stamp }, schema);
}

/** The event of Event Grid's validation handshake. */
export function validationEvent(world: World, stamp: EventStamp, code: string): unknown {
  return {
    id: stamp.id,
    topic: `/subscriptions/${world.subscriptionId}`,
    subject: "",
    data: { validationCode: code },
    eventType: "Microsoft.EventGrid.SubscriptionValidationEvent",
    eventTime: stamp.at,
    metadataVersion: "1",
    dataVersion: "2",
  };
}

function wrap(
  event: {
    readonly topic: string;
    readonly subject: string;
    readonly type: string;
    readonly data: unknown;
    readonly stamp: EventStamp;
  },
  schema: EventSchema,
): unknown {
  const { topic, subject, type, data, stamp } = event;
  switch (schema) {
    case "eventGrid":
      return {
        subject,
        eventType: type,
        eventTime: stamp.at,
        id: stamp.id,
        data,
        dataVersion: "2",
        metadataVersion: "1",
        topic,
      };
    case "cloudEvents":
      return {
        specversion: "1.0",
        source: topic,
        type,
        subject,
        time: stamp.at,
        id: stamp.id,
        data,
      };
  }
}

function eventData(
  change: ResourceChange,
  parts: {
    readonly subject: string;
    readonly stamp: EventStamp;
    readonly subscriptionId: string;
    readonly tenantId: string;
  },
): unknown {
  const { subject, stamp, subscriptionId, tenantId } = parts;
  return {
    authorization: {
      scope: subject,
      action: change.action,
      evidence: { role: "Contributor", principalType: "ServicePrincipal" },
    },
    claims: {
      appid: change.caller.appid,
      "http://schemas.microsoft.com/identity/claims/objectidentifier": change.caller.oid,
      "http://schemas.microsoft.com/identity/claims/tenantid": tenantId,
    },
    correlationId: stamp.correlationId,
    httpRequest: {
      clientRequestId: stamp.correlationId,
      clientIpAddress: "127.0.0.1",
      method: change.method,
      url: `https://management.azure.com${change.resourceId}?api-version=2024-07-01`,
    },
    resourceProvider: change.resourceType.split("/")[0],
    resourceUri: subject,
    operationName: change.action,
    status: "Succeeded",
    subscriptionId,
    tenantId,
  };
}
