import type { ScenarioLock } from "../scenario/scenario-schema.ts";
import { groupId, resourceId } from "../world/world.ts";
import type { LockState, World } from "../world/world.ts";
import type { ArmCall } from "./arm-call.ts";
import { ArmError } from "./arm-error.ts";
import type { Reply } from "./reply.ts";

const LOCK_TYPE = "Microsoft.Authorization/locks";

/** `/subscriptions/S/resourceGroups/G/providers/NAMESPACE/TYPE/NAME` has this many parts, the empty first one included. */
const PARTS_OF_RESOURCE = 9;

/** Makes a scenario's lock; one that names no resource is on the resource group. */
export function makeLock(world: World, lock: ScenarioLock, index: number): LockState {
  return {
    name: lock.name ?? `lock-${index + 1}`,
    level: lock.level,
    notes: lock.notes,
    scope: scopeOf(world, lock),
  };
}

function scopeOf(world: World, lock: ScenarioLock): string {
  if (lock.vm !== undefined) {
    return resourceId(world, "Microsoft.Compute/virtualMachines", lock.vm);
  }
  if (lock.nic !== undefined) {
    return resourceId(world, "Microsoft.Network/networkInterfaces", lock.nic);
  }
  if (lock.disk !== undefined) {
    return resourceId(world, "Microsoft.Compute/disks", lock.disk);
  }
  return groupId(world);
}

/**
 * Lets a request pass which no lock forbids: `ReadOnly` forbids every change and every action, `CanNotDelete` only
 * that something is deleted. Source: "Lock your resources to protect your infrastructure".
 * @throws ArmError 409 `ScopeLocked`.
 */
export function requireUnlocked(world: World, method: string, path: string): void {
  const target = path.split("/").slice(0, PARTS_OF_RESOURCE).join("/");
  const locks = world.locks.filter((lock) => isWithin(target, lock.scope));
  const inTheWay = locks.filter((lock) => forbids(lock, method));
  if (inTheWay.length > 0) {
    const scopes = inTheWay.map((lock) => `'${lock.scope}'`).join(", ");
    const operation = method === "DELETE" ? "delete" : "write";
    throw new ArmError(
      409,
      "ScopeLocked",
      `The scope '${target}' cannot perform ${operation} operation because following scope(s) are locked: ${scopes}. Please remove the lock and try again.`,
    );
  }
}

/** Lists the locks that a scope has or inherits and, unless the filter is `atScope()`, those below it. */
export function listLocks(call: ArmCall): Reply {
  const { world } = call.simulation;
  const scope = call.path.split("/").slice(0, -3).join("/");
  const onlyHere = (call.query.get("$filter") ?? "").toLowerCase() === "atscope()";
  const value = world.locks
    .filter((lock) => isWithin(scope, lock.scope) || (!onlyHere && isWithin(lock.scope, scope)))
    .map((lock) => ({
      id: `${lock.scope}/providers/${LOCK_TYPE}/${lock.name}`,
      name: lock.name,
      type: LOCK_TYPE,
      properties: { level: lock.level, notes: lock.notes },
    }));
  return { status: 200, body: { value } };
}

function forbids(lock: LockState, method: string): boolean {
  return method === "DELETE" || (method !== "GET" && lock.level === "ReadOnly");
}

/** Whether the scope is the outer one or lies below it; ids in any letter case. */
function isWithin(scope: string, outer: string): boolean {
  return `${scope}/`.toLowerCase().startsWith(`${outer}/`.toLowerCase());
}
