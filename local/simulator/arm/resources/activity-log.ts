import { STATUS_CODES } from "node:http";

import type { Activity } from "../../activity/activity.ts";
import type { World } from "../../world/world.ts";
import type { ArmCall } from "../arm-call.ts";
import { ArmError } from "../arm-error.ts";
import type { Identity } from "../identity.ts";
import { pageOf } from "../paging.ts";
import type { Reply } from "../reply.ts";

/** Conditions that may stand once, beside those on the time. Source: REST reference of "Activity Logs - List", `$filter`. */
const CONDITIONS: Readonly<Record<string, (activity: Activity, wanted: string) => boolean>> = {
  resourceuri: ({ resourceId }, wanted) => resourceId.toLowerCase() === wanted,
  resourcegroupname: ({ resourceId }, wanted) =>
    partAfter(resourceId, "resourcegroups").toLowerCase() === wanted,
  resourceprovider: ({ resourceId }, wanted) =>
    partAfter(resourceId, "providers").toLowerCase() === wanted,
  correlationid: ({ correlationId }, wanted) => correlationId === wanted,
  // Every entry here is of the channel Operation.
  eventchannels: (_activity, wanted) => wanted.includes("operation"),
};

const CONDITION = /^\s*(?<field>\w+)\s+(?<operator>ge|le|eq)\s+'?(?<value>[^']*)'?\s*$/iu;

type Test = (activity: Activity) => boolean;

/** Lists what was done in a subscription, newest first. */
export function listActivities(call: ArmCall): Reply {
  const { simulation } = call;
  const tests = readFilter([...call.query].find(([key]) => key.toLowerCase() === "$filter")?.[1]);
  const seenUntil = simulation.now().getTime() - simulation.activityDelayMs;
  const found = simulation.activities.entries
    .filter(({ subscriptionId }) => subscriptionId === simulation.world.subscriptionId)
    .filter((activity) => activity.at <= seenUntil && tests.every((test) => test(activity)));
  return pageOf(call, found.toReversed(), (activity) =>
    renderActivity(simulation.world, activity, simulation.activityDelayMs),
  );
}

/** @throws ArmError 400 for a filter without a start, or with what the Activity Log cannot filter by. */
function readFilter(filter: string | undefined): readonly Test[] {
  const conditions = (filter ?? "")
    .split(/\s+and\s+/iu)
    .map((text) => CONDITION.exec(text)?.groups);
  const hasStart = conditions.some(
    (groups) =>
      `${groups?.["field"]} ${groups?.["operator"]}`.toLowerCase() === "eventtimestamp ge",
  );
  if (!hasStart) {
    throw badFilter("The start time (eventTimestamp ge '…') is missing.");
  }
  return conditions.map((groups) => testFor(groups ?? {}));
}

function testFor(groups: Readonly<Record<string, string>>): Test {
  const field = groups["field"]?.toLowerCase() ?? "";
  const operator = groups["operator"]?.toLowerCase();
  const value = groups["value"] ?? "";
  const condition = CONDITIONS[field];
  if (condition !== undefined && operator === "eq") {
    return (activity) => condition(activity, value.toLowerCase());
  }
  const instant = Date.parse(value);
  if (field !== "eventtimestamp" || operator === "eq" || Number.isNaN(instant)) {
    throw badFilter("It is not one of the supported patterns.");
  }
  return ({ at }) => (operator === "ge" ? at >= instant : at <= instant);
}

function badFilter(why: string): ArmError {
  return new ArmError(400, "BadRequest", `The $filter query parameter is invalid. ${why}`);
}

function renderActivity(world: World, activity: Activity, delayMs: number): unknown {
  const { resourceId, action, caller, correlationId, eventId } = activity;
  return {
    authorization: { action, role: "Contributor", scope: resourceId },
    caller: caller.oid,
    channels: "Operation",
    claims: claimsOf(world, caller),
    correlationId,
    description: "",
    eventDataId: eventId,
    eventName: named(activity.status === "Started" ? "BeginRequest" : "EndRequest"),
    category: named("Administrative"),
    httpRequest: {
      clientRequestId: correlationId,
      clientIpAddress: "127.0.0.1",
      method: activity.method,
    },
    id: `${resourceId}/events/${eventId}/ticks/${activity.at}0000`,
    level: activity.status === "Failed" ? "Error" : "Informational",
    ...placeOf(resourceId),
    operationId: correlationId,
    operationName: named(action),
    status: named(activity.status),
    ...answerOf(activity),
    eventTimestamp: new Date(activity.at).toISOString(),
    submissionTimestamp: new Date(activity.at + delayMs).toISOString(),
    subscriptionId: world.subscriptionId,
    tenantId: world.tenantId,
  };
}

function claimsOf(world: World, { appid, oid }: Identity): Readonly<Record<string, string>> {
  return {
    aud: "https://management.azure.com/",
    iss: `https://sts.windows.net/${world.tenantId}/`,
    appid,
    "http://schemas.microsoft.com/identity/claims/objectidentifier": oid,
    "http://schemas.microsoft.com/identity/claims/tenantid": world.tenantId,
  };
}

function placeOf(resourceId: string): object {
  const provider = partAfter(resourceId, "providers");
  return {
    resourceId,
    resourceGroupName: partAfter(resourceId, "resourcegroups"),
    resourceProviderName: named(provider),
    resourceType: named(`${provider}/${partAfter(resourceId, provider.toLowerCase())}`),
  };
}

function named(value: string): { readonly value: string; readonly localizedValue: string } {
  return { value, localizedValue: value };
}

function answerOf({ httpStatus }: Activity): object {
  if (httpStatus === null) {
    return { properties: {}, subStatus: named("") };
  }
  const statusCode = phrase(httpStatus);
  const localizedValue = `${STATUS_CODES[httpStatus] ?? ""} (HTTP Status Code: ${httpStatus})`;
  return { properties: { statusCode }, subStatus: { value: statusCode, localizedValue } };
}

/** `Created`, `NotFound`: as .NET names them. */
function phrase(httpStatus: number): string {
  return (STATUS_CODES[httpStatus] ?? String(httpStatus)).replaceAll(" ", "");
}

/** What follows on a part of an id, as the id spells it; empty if there is none. */
function partAfter(id: string, name: string): string {
  const parts = id.split("/");
  const at = parts.findIndex((part) => part.toLowerCase() === name);
  return at === -1 ? "" : (parts[at + 1] ?? "");
}
