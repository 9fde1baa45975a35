import type { Fault, Operation } from "../scenario/fault-schema.ts";
import type { Simulation } from "../simulation.ts";
import { subscriptionIn } from "../world/subscription-in.ts";
import { ArmError } from "./arm-error.ts";
import type { Identity } from "./identity.ts";
import type { Reply } from "./reply.ts";
import type { Right } from "./rights.ts";

/** One request to Resource Manager, as its handler sees it. */
export interface ArmCall {
  /** As the subscription of the path sees it. */
  readonly simulation: Simulation;
  /** Last part of the path but for an action's name, as the caller spelled it. */
  readonly name: string;
  /** The path as the caller spelled it. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The `If-Match` header, or null. */
  readonly ifMatch: string | null;
  readonly body: unknown;
  readonly caller: Identity;
  readonly faults: readonly Fault[];
}

/** A kind of request that Resource Manager answers. */
export interface ArmRoute {
  readonly operation: Operation;
  readonly method: "GET" | "PUT" | "POST" | "PATCH" | "DELETE";
  /** In lower case; `:name` is the resource which is asked for. */
  readonly path: string;
  /** Name of the VM which the request is about, or null. */
  readonly vm?: (simulation: Simulation, name: string, body: unknown) => string | null;
  readonly script?: (simulation: Simulation, name: string, body: unknown) => string | null;
  /** The right that it needs, in Azure's spelling; null: none. */
  readonly action: string | null;
  /** The rights that it needs on what its body refers to. */
  readonly linked?: (body: unknown) => readonly Right[];
  readonly handle: (call: ArmCall) => Reply;
}

/** Where Azure puts the Network Watchers that it makes by itself. Source: network-watcher-create. */
export const WATCHER_GROUP = "NetworkWatcherRG";

const API_VERSION = /^\d{4}-\d{2}-\d{2}(?:-preview)?$/u;
/** Key Vault has versions of its own form too. */
const VAULT_VERSION = /^7\.\d$/u;

/** @throws ArmError 400 without an `api-version` of the usual form. */
export function requireApiVersion(query: URLSearchParams, path: string): void {
  const version = query.get("api-version");
  if (version === null || version === "") {
    throw new ArmError(
      400,
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
    );
  }
  const known = path.toLowerCase().startsWith("/secrets/") && VAULT_VERSION.test(version);
  if (!known && !API_VERSION.test(version)) {
    throw new ArmError(
      400,
      "InvalidApiVersionParameter",
      `The api-version '${version}' is invalid. The supported versions are of the form 2024-07-01.`,
    );
  }
}

/** @throws ArmError 404 for a subscription or a resource group which is not simulated. */
export function requireScope(simulation: Simulation, path: string): void {
  const { world } = simulation;
  const parts = path.toLowerCase().split("/");
  const subscription = subscriptionIn(path);
  if (subscription !== null && subscription.toLowerCase() !== world.subscriptionId.toLowerCase()) {
    throw new ArmError(
      404,
      "SubscriptionNotFound",
      `The subscription '${subscription}' could not be found.`,
    );
  }
  const group = valueAfter(parts, "resourcegroups");
  const known = [
    world.resourceGroup,
    ...(parts.includes("networkwatchers") ? [WATCHER_GROUP] : []),
  ];
  if (group !== null && !known.some((name) => name.toLowerCase() === group)) {
    throw new ArmError(
      404,
      "ResourceGroupNotFound",
      `Resource group '${group}' could not be found.`,
    );
  }
}

function valueAfter(parts: readonly string[], name: string): string | null {
  const index = parts.indexOf(name);
  return index === -1 ? null : (parts[index + 1] ?? null);
}
