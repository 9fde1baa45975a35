import type { NetworkInterface } from "@azure/arm-network";

import type { Azure } from "../../azure/clients.ts";
import { inWords, unlessMissing } from "../../azure/errors.ts";
import {
  pollNetworkOperation,
  startOperation,
  type OperationPoll,
  type StartedOperation,
} from "../../azure/operations.ts";
import { parseSubnetId } from "../../azure/subnet-id.ts";
import { AzureRequestError } from "../../domain/errors.ts";
import { NIC_TYPE, requireResourceId } from "../../domain/resource-id.ts";

/** What Azure says of an address of a virtual network. */
export interface AddressAvailability {
  readonly available: boolean;
  /** Others that are free; Azure names a few, and only where the asked one is not. */
  readonly offered: readonly string[];
}

/**
 * Reads a whole NIC; null if there is none.
 * @throws AzureRequestError if Azure does not tell.
 */
export async function readNic(azure: Azure, nicId: string): Promise<NetworkInterface | null> {
  const { subscriptionId, resourceGroup, name } = requireResourceId(nicId, NIC_TYPE);
  const client = await azure.network(subscriptionId);
  return await unlessMissing(
    `read NIC ${name}`,
    async () => await client.networkInterfaces.get(resourceGroup, name),
  );
}

/**
 * Sends a whole NIC back, once, on the condition that nobody has written it since it was read.
 * @throws AzureRequestError `changed-meanwhile` if somebody has.
 */
export async function putNic(
  azure: Azure,
  nicId: string,
  { nic, etag }: { readonly nic: NetworkInterface; readonly etag: string },
): Promise<StartedOperation> {
  const { subscriptionId, resourceGroup, name } = requireResourceId(nicId, NIC_TYPE);
  const client = await azure.network(subscriptionId);
  const requestOptions = { headers: { "If-Match": etag } };
  return await startOperation(`write NIC ${name}`, () => ({
    poller: client.networkInterfaces.createOrUpdate(resourceGroup, name, nic, { requestOptions }),
  }));
}

/**
 * Looks once at a write of a NIC.
 * @throws AzureRequestError if the look itself failed.
 */
export async function pollNicWrite(
  azure: Azure,
  nicId: string,
  operation: string,
): Promise<OperationPoll> {
  const { subscriptionId, name } = requireResourceId(nicId, NIC_TYPE);
  return await pollNetworkOperation(azure, subscriptionId, operation, `write NIC ${name}`);
}

/**
 * Asks whether an address of a subnet's network is free. Advisory only: somebody may take it a moment later.
 * @throws AzureRequestError if Azure does not tell.
 */
export async function checkAddress(
  azure: Azure,
  subnetId: string,
  address: string,
): Promise<AddressAvailability> {
  const subnet = parseSubnetId(subnetId);
  if (subnet === null) {
    throw oddSubnet(subnetId);
  }
  const client = await azure.network(subnet.subscriptionId);
  const { resourceGroup, virtualNetwork } = subnet;
  const answer = await inWords(
    `ask whether ${address} is free in network ${virtualNetwork}`,
    async () =>
      await client.virtualNetworks.checkIPAddressAvailability(
        resourceGroup,
        virtualNetwork,
        address,
      ),
  );
  return {
    available: answer.available === true && answer.isPlatformReserved !== true,
    offered: answer.availableIPAddresses ?? [],
  };
}

function oddSubnet(subnetId: string): AzureRequestError {
  return new AzureRequestError(`Azure named a subnet that is none: ${subnetId}`, {
    code: "odd-subnet-id",
    nextStep: "Look at the IP configurations of the NIC.",
    status: null,
    azureCode: null,
    retryable: false,
    retryAfterSeconds: null,
    requestId: null,
  });
}
