import { azureGateway, maskOf, prefixHolding, prefixLengthOf } from "../../domain/addresses.ts";
import type { NicFacts } from "../../domain/facts.ts";
import { primaryAddress } from "../../domain/ip-configurations.ts";

/** What a network number is to have. */
export interface AddressOrder {
  readonly network: number;
  readonly ip: string;
  /** `255.255.255.0` */
  readonly mask: string;
  readonly gateway: string;
}

/** Azure's own address of a NIC with the mask and gateway of its subnet; null where Azure does not tell them. */
export function addressOrder(network: number, nic: NicFacts): AddressOrder | null {
  const ip = primaryAddress(nic);
  const prefix = ip === null ? null : prefixHolding(ip, nic.subnet?.prefixes ?? []);
  return ip === null || prefix === null
    ? null
    : { network, ip, mask: maskOf(prefixLengthOf(prefix)), gateway: azureGateway(prefix) };
}
