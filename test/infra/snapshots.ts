import { readFileSync } from "node:fs";

import { z } from "zod";

const resource = z.looseObject({
  id: z.string(),
  type: z.string(),
  properties: z.record(z.string(), z.unknown()).default({}),
});

const snapshot = z.object({
  diagnostics: z.array(z.unknown()),
  predictedResources: z.array(resource),
  outputs: z.record(z.string(), z.unknown()),
});

/** What one resource would be. Values that only Azure knows are expressions in brackets. */
export type Resource = z.output<typeof resource>;

/** The examples that main.bicep has. */
export const DEPLOYMENTS = ["one-resource-group", "healing", "many-subscriptions"] as const;

/** Reads what an example would deploy; `npm run infra` holds it to the Bicep files. */
export function snapshotOf(example: string): z.output<typeof snapshot> {
  return snapshot.parse(readJson(`examples/${example}.snapshot.json`));
}

/** Resources of one type that an example would deploy. */
export function resourcesOf(example: string, type: string): readonly Resource[] {
  return snapshotOf(example).predictedResources.filter((it) => it.type === type);
}

/** The application settings of an example; expressions as they are. */
export function settingsOf(example: string): Readonly<Record<string, string>> {
  const [settings] = resourcesOf(example, "Microsoft.Web/sites/config");
  return z.record(z.string(), z.string()).parse(settings?.properties);
}

/** What a resource is attached to: its id without its own type and name, in an expression too. */
export function scopeOf({ id, type }: Resource): string {
  const [, subscription, ofSubscription] =
    /^\[subscriptionResourceId\('([^']+)', '([^']+)'/u.exec(id) ?? [];
  const [, groupSubscription, group, ofGroup] =
    /^\[resourceId\('([^']+)', '([^']+)', '([^']+)'/u.exec(id) ?? [];
  if (ofSubscription === type) {
    return `/subscriptions/${subscription}`;
  }
  if (ofGroup === type) {
    return `/subscriptions/${groupSubscription}/resourceGroups/${group}`;
  }
  const [, extended] = /^\[extensionResourceId\('([^']+)'/u.exec(id) ?? [];
  return extended ?? id.split(`/providers/${type}/`)[0] ?? id;
}

/** A JSON file of `infra/`. */
export function readJson(file: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../infra/${file}`, import.meta.url), "utf8"));
}
