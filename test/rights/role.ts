import { readFileSync } from "node:fs";

import { z } from "zod";

const FILE = new URL("../../infra/role-actions.json", import.meta.url);

/** An action by its whole name, without a wildcard. */
const actions = z.array(z.string().regex(/^Microsoft\.\w+(?:\/\w+)+$/u));
const schema = z.strictObject({
  read: actions,
  guest: actions,
  heal: actions,
  console: actions,
  nic: actions,
});

/** A part of the deployed identity's role, which a deployment has if its settings want it. */
export type RightGroup = keyof z.output<typeof schema>;

/** The role's actions by their group, as the file has them. */
export const ROLE = schema.parse(JSON.parse(readFileSync(FILE, "utf8")));

/** In the order in which a deployment is given more. */
export const GROUPS: readonly RightGroup[] = ["read", "guest", "heal", "console", "nic"];

/** The actions of some groups, or of all. */
export function actionsOf(groups: readonly RightGroup[] = GROUPS): readonly string[] {
  return groups.flatMap((group) => ROLE[group]);
}
