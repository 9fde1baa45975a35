import { isIpv4, prefixHolding } from "../../../../shared/domain/addresses.ts";
import { freeAddresses, isReserved } from "../../world/free-addresses.ts";
import type { ArmCall } from "../arm-call.ts";
import { ArmError, notFound } from "../arm-error.ts";
import type { Reply } from "../reply.ts";

/** How many other addresses Azure offers. */
const OFFERED = 5;

/**
 * Answers whether an address of the network is free, and offers others of its subnet's prefix if it is not.
 * @throws ArmError 404 for another network, 400 for an address that is none or lies in no subnet.
 */
export function checkAddress(call: ArmCall): Reply {
  const { world } = call.simulation;
  const { network } = world;
  if (call.name.toLowerCase() !== network.name.toLowerCase()) {
    throw notFound("Microsoft.Network/virtualNetworks", call.name, world.resourceGroup);
  }
  const address = call.query.get("ipAddress") ?? "";
  if (!isIpv4(address)) {
    throw new ArmError(400, "InvalidIPAddress", `The value '${address}' is no IPv4 address.`);
  }
  const prefix = prefixHolding(
    address,
    network.subnets.flatMap((subnet) => subnet.prefixes),
  );
  if (prefix === null) {
    throw new ArmError(
      400,
      "PrivateIPAddressNotInAnySubnet",
      `Private static IP address ${address} does not belong to the range of any subnets in the virtual network ${network.name}.`,
    );
  }
  const isPlatformReserved = isReserved(address, prefix);
  const isTaken = [...world.nics.values()].some((nic) =>
    nic.configurations.some((entry) => entry.address === address),
  );
  const available = !isPlatformReserved && !isTaken;
  const offer = available ? {} : { availableIPAddresses: freeAddresses(world, [prefix], OFFERED) };
  return { status: 200, body: { available, ...offer, isPlatformReserved } };
}
