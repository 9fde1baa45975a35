import { groupId } from "../world/world.ts";
import type { World } from "../world/world.ts";
import type { ArmCall, ArmRoute } from "./arm-call.ts";
import { pageOf } from "./paging.ts";
import type { Reply } from "./reply.ts";
import { ok } from "./routes/answers.ts";
import { BOOT_ROUTES } from "./routes/boot-routes.ts";
import { CONSOLE_ROUTES } from "./routes/console-routes.ts";
import { DNS_ROUTES } from "./routes/dns-routes.ts";
import { EVENT_ROUTES } from "./routes/event-routes.ts";
import { MANAGED_COMMAND_ROUTES } from "./routes/managed-command-routes.ts";
import { NETWORK_ROUTES } from "./routes/network-routes.ts";
import { OPERATION_ROUTES } from "./routes/operation-routes.ts";
import { GROUP, SUBSCRIPTION } from "./routes/paths.ts";
import { PERMISSION_ROUTES } from "./routes/permission-routes.ts";
import { SCOPE_ROUTES } from "./routes/scope-routes.ts";
import { SNAPSHOT_ROUTES } from "./routes/snapshot-routes.ts";
import { TOPIC_ROUTES } from "./routes/topic-routes.ts";
import { VAULT_ROUTES } from "./routes/vault-routes.ts";
import { VM_ROUTES } from "./routes/vm-routes.ts";
import { WATCHER_ROUTES } from "./routes/watcher-routes.ts";

const READ = "Microsoft.Resources/subscriptions/read";

/** Every request that simulated Resource Manager answers. */
export const ARM_ROUTES: readonly ArmRoute[] = [
  ...VM_ROUTES,
  ...NETWORK_ROUTES,
  ...WATCHER_ROUTES,
  ...DNS_ROUTES,
  ...SNAPSHOT_ROUTES,
  ...OPERATION_ROUTES,
  ...CONSOLE_ROUTES,
  ...BOOT_ROUTES,
  ...VAULT_ROUTES,
  ...TOPIC_ROUTES,
  ...EVENT_ROUTES,
  ...PERMISSION_ROUTES,
  ...MANAGED_COMMAND_ROUTES,
  ...SCOPE_ROUTES,
  {
    operation: "group.get",
    action: "Microsoft.Resources/subscriptions/resourceGroups/read",
    method: "GET",
    path: GROUP,
    handle: getGroup,
  },
  {
    operation: "subscription.list",
    // Azure leaves out of the list what the caller has no role in, and refuses nobody.
    action: null,
    method: "GET",
    path: "/subscriptions",
    handle: listSubscriptions,
  },
  {
    operation: "subscription.get",
    action: READ,
    method: "GET",
    path: SUBSCRIPTION,
    handle: ({ simulation }) => ok(renderSubscription(simulation.world)),
  },
];

function listSubscriptions(call: ArmCall): Reply {
  const { worlds, allows } = call.simulation;
  const seen = worlds.filter(({ noRole }) => !noRole || allows(call.caller, READ, noRole));
  return pageOf(call, seen, (world) => renderSubscription(world));
}

/** A subscription as Resource Manager shows it. Source: "Subscriptions - List" of its REST reference. */
function renderSubscription(world: World): unknown {
  return {
    id: `/subscriptions/${world.subscriptionId}`,
    authorizationSource: "RoleBased",
    subscriptionId: world.subscriptionId,
    tenantId: world.tenantId,
    displayName: world.subscriptionName,
    state: "Enabled",
  };
}

function getGroup(call: ArmCall): Reply {
  const { world } = call.simulation;
  return ok({
    id: groupId(world),
    name: world.resourceGroup,
    type: "Microsoft.Resources/resourceGroups",
    location: world.location,
    properties: { provisioningState: "Succeeded" },
  });
}
