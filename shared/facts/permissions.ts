import { z } from "zod";

import type { Azure } from "../azure/clients.ts";
import { listResources } from "../azure/read-resource.ts";

/** What one role lets its holder do, with the wildcards of role definitions. */
export interface Permission {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

const patterns = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);
const permission = z.object({ actions: patterns, notActions: patterns });

/**
 * What the identity in use may do at a scope: a subscription, a resource group or a resource. One set for each of its roles
 * there, inherited ones too. Source: "Permissions - List For Resource Group" of the Authorization REST reference.
 * @throws AzureRequestError if Azure does not tell
 */
export async function readPermissions(azure: Azure, scope: string): Promise<readonly Permission[]> {
  return await listResources(azure, {
    tried: `list the permissions at ${scope}`,
    path: `${scope}/providers/Microsoft.Authorization/permissions`,
    apiVersion: "2022-04-01",
    schema: permission,
  });
}

/**
 * The actions that no role allows. `notActions` takes away only from its own role.
 * Source: "Understand Azure role definitions", NotActions.
 */
export function missingActions(
  permissions: readonly Permission[],
  wanted: readonly string[],
): readonly string[] {
  const roles = permissions.map(({ actions, notActions }) => ({
    given: actions.map((pattern) => wildcard(pattern)),
    taken: notActions.map((pattern) => wildcard(pattern)),
  }));
  return wanted.filter(
    (action) =>
      !roles.some(
        ({ given, taken }) =>
          given.some((form) => form.test(action)) && !taken.some((form) => form.test(action)),
      ),
  );
}

/** `*` stands for any text, slashes too; letter case does not count. */
function wildcard(pattern: string): RegExp {
  const text = pattern
    .split("*")
    .map((part) => part.replaceAll(/[^\w/]/gu, String.raw`\$&`))
    .join(".*");
  return new RegExp(`^${text}$`, "i");
}
