import { azureGateway, maskOf, prefixHolding, prefixLengthOf } from "./addresses.ts";
import type { NicFacts } from "./facts.ts";
import { ipv4Configurations } from "./ip-configurations.ts";

/** The IPv4 addresses that Azure gave a NIC, as Windows has to be told them. */
export interface AddressSet {
  /** Primary first. */
  readonly addresses: readonly { readonly ip: string; readonly mask: string }[];
  /** Of the primary address' prefix. */
  readonly gateway: string;
}

/** Azure's own addresses of a NIC, with mask and gateway of its subnet; null where Azure does not tell all of them. */
export function azureAddressSet(nic: NicFacts): AddressSet | null {
  const prefixes = nic.subnet?.prefixes ?? [];
  const known = ipv4Configurations(nic).map(({ address }) => ({
    ip: address,
    prefix: address === null ? null : prefixHolding(address, prefixes),
  }));
  const addresses = known.flatMap(({ ip, prefix }) =>
    ip === null || prefix === null ? [] : { ip, mask: maskOf(prefixLengthOf(prefix)) },
  );
  const first = known[0]?.prefix ?? null;
  return first === null || addresses.length < known.length
    ? null
    : { addresses, gateway: azureGateway(first) };
}
