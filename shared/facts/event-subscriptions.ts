import { z } from "zod";

import type { Azure } from "../azure/clients.ts";
import { listResources } from "../azure/read-resource.ts";

const advancedFilter = z.object({
  operatorType: z.string(),
  key: z.string().nullish(),
  values: z.array(z.unknown()).nullish(),
});

const eventSubscription = z.object({
  name: z.string(),
  properties: z.object({
    provisioningState: z.string().nullish(),
    destination: z
      .object({
        endpointType: z.string().nullish(),
        properties: z.object({ resourceId: z.string().nullish() }).nullish(),
      })
      .nullish(),
    filter: z
      .object({
        subjectBeginsWith: z.string().nullish(),
        subjectEndsWith: z.string().nullish(),
        includedEventTypes: z.array(z.string()).nullish(),
        advancedFilters: z.array(advancedFilter).nullish(),
      })
      .nullish(),
  }),
});

/** An event subscription, as far as it is looked at. */
export type EventSubscription = z.output<typeof eventSubscription>;

/** One that hands NIC writes to the function. */
export interface NicWriteSubscription {
  readonly name: string;
  /** Name of the function app that they go to. */
  readonly app: string;
  /** What the ids of its NICs have to begin and end with; empty: anything. */
  readonly begin: string;
  readonly end: string;
}

/** How the NIC writes of a subscription reach the function. */
export type NicWriteDelivery =
  | { readonly kind: "ok"; readonly by: readonly NicWriteSubscription[] }
  | { readonly kind: "none" }
  | {
      readonly kind: "wrong";
      readonly name: string;
      readonly app: string;
      readonly problems: readonly [string, ...string[]];
    };

const WRITE_SUCCESS = "Microsoft.Resources.ResourceWriteSuccess";
const NIC_WRITE = "Microsoft.Network/networkInterfaces/write";
const FUNCTION = /\/sites\/(?<app>[^/]+)\/functions\/nicchanged$/iu;

/**
 * The event subscriptions of a subscription itself. Source: "Event Subscriptions - List Global By Subscription".
 * @throws AzureRequestError if Azure does not tell
 */
export async function readEventSubscriptions(
  azure: Azure,
  subscriptionId: string,
): Promise<readonly EventSubscription[]> {
  return await listResources(azure, {
    tried: `list the event subscriptions of subscription ${subscriptionId}`,
    path: `/subscriptions/${subscriptionId}/providers/Microsoft.EventGrid/eventSubscriptions`,
    apiVersion: "2022-06-15",
    schema: eventSubscription,
  });
}

/** Which of them hand the writes of NICs to `nicChanged`; if none does, what is wrong with the first that goes there. */
export function nicWriteDelivery(all: readonly EventSubscription[]): NicWriteDelivery {
  const found = all.flatMap((each) => {
    const app = appOf(each);
    return app === null ? [] : [{ ...each, app, problems: problemsOf(each) }];
  });
  const good = found.filter(({ problems }) => problems.length === 0);
  if (good.length > 0) {
    return { kind: "ok", by: good.map(inBrief) };
  }
  for (const { name, app, problems } of found) {
    const [first, ...more] = problems;
    if (first !== undefined) {
      return { kind: "wrong", name, app, problems: [first, ...more] };
    }
  }
  return { kind: "none" };
}

function appOf({ properties }: EventSubscription): string | null {
  const target = properties.destination?.properties?.resourceId ?? "";
  return FUNCTION.exec(target)?.groups?.["app"] ?? null;
}

function inBrief({
  name,
  app,
  properties,
}: EventSubscription & { readonly app: string }): NicWriteSubscription {
  const { subjectBeginsWith, subjectEndsWith } = properties.filter ?? {};
  return { name, app, begin: subjectBeginsWith ?? "", end: subjectEndsWith ?? "" };
}

function problemsOf({ properties }: EventSubscription): readonly string[] {
  const { provisioningState, filter } = properties;
  const types = filter?.includedEventTypes ?? [];
  return [
    ...(provisioningState === undefined || provisioningState === "Succeeded"
      ? []
      : [`it is ${provisioningState ?? "not ready"}`]),
    ...(types.length === 0 || types.some((type) => same(type, WRITE_SUCCESS))
      ? []
      : [`its event types do not include ${WRITE_SUCCESS}`]),
    ...(filter?.advancedFilters ?? [])
      .filter(({ key }) => same(key ?? "", "data.operationName"))
      .filter((one) => !lets(one, NIC_WRITE))
      .map(() => `its filter on data.operationName does not let ${NIC_WRITE} through`),
  ];
}

/** Of a kind of filter that is not known here, nothing bad is said. */
function lets({ operatorType, values }: z.output<typeof advancedFilter>, text: string): boolean {
  const wanted = text.toLowerCase();
  const given = (values ?? []).filter((value) => typeof value === "string");
  const parts = given.map((value) => value.toLowerCase());
  switch (operatorType.toLowerCase()) {
    case "stringin":
      return parts.includes(wanted);
    case "stringcontains":
      return parts.some((part) => wanted.includes(part));
    case "stringbeginswith":
      return parts.some((part) => wanted.startsWith(part));
    case "stringendswith":
      return parts.some((part) => wanted.endsWith(part));
    case "stringnotin":
      return !parts.includes(wanted);
    default:
      return true;
  }
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
