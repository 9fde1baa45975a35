import type { Simulation } from "../../simulation.ts";
import type { ArmRoute } from "../arm-call.ts";
import { listLocks } from "../locks.ts";
import { listActivities } from "../resources/activity-log.ts";
import { GROUP, SUBSCRIPTION } from "./paths.ts";

const LOCKS = "providers/microsoft.authorization/locks";

/** Locks, at every scope that can have or inherit them. */
const LOCK_ROUTES: readonly ArmRoute[] = [
  `${SUBSCRIPTION}/${LOCKS}`,
  `${GROUP}/${LOCKS}`,
  `${GROUP}/providers/:namespace/:type/:name/${LOCKS}`,
].map((path): ArmRoute => ({
  operation: "lock.list",
  action: "Microsoft.Authorization/locks/read",
  method: "GET",
  path,
  vm: vmOfResource,
  handle: listLocks,
}));

/** What is answered about locks, and about what was done in a subscription. */
export const SCOPE_ROUTES: readonly ArmRoute[] = [
  ...LOCK_ROUTES,
  {
    operation: "activityLog.list",
    action: "Microsoft.Insights/eventtypes/values/read",
    method: "GET",
    path: `${SUBSCRIPTION}/providers/microsoft.insights/eventtypes/management/values`,
    handle: listActivities,
  },
];

function vmOfResource({ world }: Simulation, name: string): string | null {
  const key = name.toLowerCase();
  return world.vms.get(key)?.name ?? world.nics.get(key)?.vm ?? world.disks.get(key)?.vm ?? null;
}
