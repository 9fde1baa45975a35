import type { ArmCall } from "../arm-call.ts";
import { notFound } from "../arm-error.ts";
import type { Reply } from "../reply.ts";

/** The usual good answer. */
export function ok(body: unknown): Reply {
  return { status: 200, body };
}

/**
 * The usual answer with one resource.
 * @throws ArmError 404 if there is none.
 */
export function found(call: ArmCall, type: string, body: unknown): Reply {
  if (body === null) {
    throw notFound(type, call.name, call.simulation.world.resourceGroup);
  }
  return ok(body);
}
