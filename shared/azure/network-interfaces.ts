import type { NetworkInterface } from "@azure/arm-network";

import { NIC_TYPE, requireResourceId } from "../domain/resource-id.ts";
import type { Azure } from "./clients.ts";
import { unlessMissing } from "./errors.ts";
import { pollNetworkOperation, startOperation } from "./operations.ts";
import type { OperationPoll, StartedOperation } from "./operations.ts";

/** A NIC as Azure gave it, whole and JSON-safe: a PUT replaces all of it, so whoever writes one sends all of it back. */
export type WholeNic = NetworkInterface;

/** Reads a NIC whole; null if there is none. @throws AzureRequestError */
export async function readWholeNic(azure: Azure, nicId: string): Promise<WholeNic | null> {
  const { subscriptionId, resourceGroup, name } = requireResourceId(nicId, NIC_TYPE);
  const client = await azure.network(subscriptionId);
  return await unlessMissing(
    `read NIC ${name}`,
    async () => await client.networkInterfaces.get(resourceGroup, name),
  );
}

/**
 * Sends a whole NIC, on the condition that Azure's still has this ETag; the SDK has no option for that, so the header is
 * set by hand.
 * @throws AzureRequestError `changed-meanwhile` (412) where it has another one
 */
export async function startNicWrite(
  azure: Azure,
  nicId: string,
  nic: WholeNic,
  etag: string,
): Promise<StartedOperation> {
  const { subscriptionId, resourceGroup, name } = requireResourceId(nicId, NIC_TYPE);
  const client = await azure.network(subscriptionId);
  const options = { requestOptions: { headers: { "If-Match": etag } } };
  return await startOperation(`write NIC ${name}`, () => ({
    poller: client.networkInterfaces.createOrUpdate(resourceGroup, name, nic, options),
  }));
}

/** Looks once at a write of a NIC. @throws AzureRequestError if the look itself failed */
export async function pollNicWrite(
  azure: Azure,
  nicId: string,
  operation: string,
): Promise<OperationPoll> {
  const { subscriptionId, name } = requireResourceId(nicId, NIC_TYPE);
  return await pollNetworkOperation(azure, subscriptionId, operation, `write NIC ${name}`);
}
