import type { Scenario } from "../scenario/scenario.ts";
import { ArmError } from "./arm-error.ts";
import type { Identity } from "./identity.ts";

/** A right on one thing. */
export interface Right {
  /** For example `Microsoft.Compute/disks/read`. */
  readonly action: string;
  /** Id of what it is wanted on. */
  readonly scope: string;
}

/** Whether the caller's role lets it do something, in a subscription where the printed token has a role or none. */
export type Allows = (caller: Identity, action: string, noRole?: boolean) => boolean;

/** The rights of a scenario: its role binds the identity of the printed token; everybody else may do everything. */
export function makeRights(role: Scenario["role"], holder: Identity): Allows {
  const { actions, notActions } = role ?? { actions: ["*"], notActions: [] };
  const given = actions.map((pattern) => wildcard(pattern));
  const taken = notActions.map((pattern) => wildcard(pattern));
  return (caller, action, noRole = false) =>
    caller.oid !== holder.oid ||
    (!noRole &&
      given.some((pattern) => pattern.test(action)) &&
      !taken.some((pattern) => pattern.test(action)));
}

/** A set of permissions, as Resource Manager lists them. */
export interface Permission {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly dataActions: readonly string[];
  readonly notDataActions: readonly string[];
}

/** What a caller may do: one set for each of its roles. */
export type PermissionsOf = (caller: Identity) => readonly Permission[];

/** The same rights as `makeRights` gives, as a list. */
export function makePermissions(role: Scenario["role"], holder: Identity): PermissionsOf {
  return ({ oid }) => {
    const { actions, notActions } =
      role === undefined || oid !== holder.oid ? { actions: ["*"], notActions: [] } : role;
    return [{ actions, notActions, dataActions: [], notDataActions: [] }];
  };
}

/** `*` stands for any text, slashes too; letter case does not count. Source: "Understand Azure role definitions". */
function wildcard(pattern: string): RegExp {
  const text = pattern
    .split("*")
    .map((part) => part.replace(/[\\^$.+?()[\]{}|]/gu, String.raw`\$&`))
    .join(".*");
  return new RegExp(`^${text}$`, "iu");
}

/**
 * What a request is about, as a refusal names it: the resource, else what it would be in. Names of actions and lists at
 * the path's end are left out.
 */
export function scopeIn(path: string): string {
  const parts = path.split("/").slice(1);
  let scope = "";
  let namespace = "";
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const pair = `/${parts[at]}/${parts[at + 1]}`;
    if (parts[at]?.toLowerCase() === "providers") {
      namespace = pair;
    } else {
      scope += namespace + pair;
      namespace = "";
    }
  }
  return scope;
}

/** What a request needs. */
export interface NeededRights {
  /** Null: no right at all. */
  readonly action: string | null;
  /** Wanted on what the body refers to. */
  readonly linked: readonly Right[];
}

/**
 * Lets a request pass whose caller has every right that it needs. The texts are those of Azure's answers.
 * @throws ArmError 403 `AuthorizationFailed`, or `LinkedAuthorizationFailed` for what the body refers to.
 */
export function requireRights(
  allows: Allows,
  caller: Identity,
  path: string,
  { action, linked }: NeededRights,
): void {
  if (action === null) {
    return;
  }
  const client = `The client '${caller.appid}' with object id '${caller.oid}'`;
  if (!allows(caller, action)) {
    throw new ArmError(
      403,
      "AuthorizationFailed",
      `${client} does not have authorization to perform action '${action}' over scope '${scopeIn(path)}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    );
  }
  const missing = linked.filter((right) => !allows(caller, right.action));
  if (missing.length > 0) {
    const actions = missing.map((right) => right.action).join(",");
    const scopes = missing.map((right) => right.scope).join(",");
    throw new ArmError(
      403,
      "LinkedAuthorizationFailed",
      `${client} has permission to perform action '${action}' on scope '${scopeIn(path)}'; however, it does not have permission to perform action(s) '${actions}' on the linked scope(s) '${scopes}' (respectively) or the linked scope(s) are invalid.`,
    );
  }
}
