import type { Azure } from "../../azure/clients.ts";
import { inWords } from "../../azure/errors.ts";
import { parseSubnetId } from "../../azure/subnet-id.ts";
import { AzureRequestError } from "../../domain/errors.ts";

/** What Azure says of an address of a virtual network. */
export interface AddressAvailability {
  readonly available: boolean;
  /** Others that are free; Azure names a few, and only where the asked one is not. */
  readonly offered: readonly string[];
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
