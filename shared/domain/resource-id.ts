import { InvalidInputError } from "./errors.ts";

/** The parts of an Azure resource id of a top-level resource. */
export interface ResourceId {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** `Provider/type`, in lower case, for example `microsoft.compute/virtualmachines`. */
  readonly type: string;
  readonly name: string;
}

export const VM_TYPE = "microsoft.compute/virtualmachines";
export const NIC_TYPE = "microsoft.network/networkinterfaces";

const PATTERN =
  /^\/subscriptions\/(?<subscriptionId>[^/]+)\/resourcegroups\/(?<resourceGroup>[^/]+)\/providers\/(?<provider>[^/]+)\/(?<type>[^/]+)\/(?<name>[^/]+)(?<child>(?:\/[^/]+\/[^/]+)*)$/iu;

/** Reads an id in any letter case; null if it is not the id of a top-level resource in a resource group. */
export function parseResourceId(id: string): ResourceId | null {
  const groups = PATTERN.exec(id.trim())?.groups;
  if (groups === undefined || groups["child"] !== "") {
    return null;
  }
  const { subscriptionId = "", resourceGroup = "", provider = "", type = "", name = "" } = groups;
  return { subscriptionId, resourceGroup, type: `${provider}/${type}`.toLowerCase(), name };
}

/**
 * Reads an id that must be one of the given type.
 * @throws InvalidInputError `invalid-resource-id` if it is not.
 */
export function requireResourceId(id: string, type: string): ResourceId {
  const parsed = parseResourceId(id);
  if (parsed?.type !== type) {
    throw new InvalidInputError(`Not the id of a ${type}: ${id}`, {
      code: "invalid-resource-id",
      nextStep: `Give an id of the form /subscriptions/…/resourceGroups/…/providers/${type}/NAME.`,
      problems: [`${id} is not the id of a ${type}`],
    });
  }
  return parsed;
}

/** Whether the resource or scope is the outer scope or lies in it; both are full ids in any letter case. */
export function liesIn(id: string, outer: string): boolean {
  return `${id}/`.toLowerCase().startsWith(`${outer}/`.toLowerCase());
}
