import type { ArmCall, ArmRoute } from "../arm-call.ts";
import type { Reply } from "../reply.ts";
import { ok } from "./answers.ts";
import { GROUP, SUBSCRIPTION } from "./paths.ts";

const PERMISSIONS = "providers/microsoft.authorization/permissions";

/** What the caller may do at a scope. Source: "Permissions - List For Resource Group" of the Authorization REST reference. */
export const PERMISSION_ROUTES: readonly ArmRoute[] = [
  `${SUBSCRIPTION}/${PERMISSIONS}`,
  `${GROUP}/${PERMISSIONS}`,
  `${GROUP}/providers/:namespace/:type/:name/${PERMISSIONS}`,
].map((path): ArmRoute => ({
  operation: "permission.list",
  // Whoever may read something at a scope may ask what else: `*/read` and the built-in roles contain it.
  action: "Microsoft.Authorization/permissions/read",
  method: "GET",
  path,
  handle: listPermissions,
}));

function listPermissions({ simulation, caller }: ArmCall): Reply {
  return ok({ value: simulation.permissionsOf(caller) });
}
