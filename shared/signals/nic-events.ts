import { z } from "zod";

import { isOwnWrite } from "../azure/own-write.ts";
import { type DecodeContext, type Decoded, accepted, fingerprintOf, ignored } from "./decoded.ts";
import { eventIdOf, eventTypeOf, eventsOf, readEnvelope } from "./event-envelope.ts";
import { dismissType, ignoredEvent } from "./ignored-event.ts";
import { otherTarget, readTarget } from "./target.ts";

const WRITE_SUCCESS = "microsoft.resources.resourcewritesuccess";
const NIC_WRITE = "microsoft.network/networkinterfaces/write";

const text = z.string().optional().catch(undefined);
const writeData = z
  .object({ resourceUri: text, operationName: text, claims: z.unknown().optional() })
  .catch({ resourceUri: undefined, operationName: undefined, claims: undefined });

/**
 * Reads events of a subscription or resource group, in the Event Grid schema or as CloudEvents 1.0, several or one.
 * A write of a NIC gives a signal; anything else is ignored with its reason. Never throws.
 */
export function decodeNicEvents(body: unknown, context: DecodeContext): readonly Decoded[] {
  return eventsOf(body).map((event) => decodeEvent(event, context));
}

function decodeEvent(event: unknown, context: DecodeContext): Decoded {
  const type = eventTypeOf(event);
  return type === WRITE_SUCCESS
    ? decodeWrite(event, context)
    : ignoredEvent(event, { source: "nicChanged", ...context }, dismissType(type));
}

function decodeWrite(event: unknown, context: DecodeContext): Decoded {
  const { subject, data } = readEnvelope(event);
  const write = writeData.parse(data);
  const resource = [write.resourceUri, subject].find(isId) ?? "";
  const nic = readTarget(resource);
  const finding = {
    source: "nicChanged" as const,
    occurrence: eventIdOf(event) ?? fingerprintOf(event),
    target: nic ?? otherTarget(resource === "" ? "a write without a resource" : resource),
    receivedAt: context.receivedAt,
  };
  if (resource === "") {
    return ignored(finding, { reason: "no-target", message: "The event names no resource." });
  }
  if (nic?.kind !== "nic" || !isNicWrite(write.operationName)) {
    const message = "The event is not about a write of a network interface.";
    return ignored(finding, { reason: "other-resource", message });
  }
  if (isOwnWrite(write.claims, context.ownIdentity)) {
    const message = "This program's own identity wrote the network interface.";
    return ignored(finding, { reason: "own-write", message });
  }
  return accepted(finding);
}

function isId(uri: string | undefined): boolean {
  return uri?.trim().startsWith("/") === true;
}

/** Where the event names its operation, it must be the NIC's own write. */
function isNicWrite(operationName: string | undefined): boolean {
  return operationName === undefined || operationName.trim().toLowerCase() === NIC_WRITE;
}
