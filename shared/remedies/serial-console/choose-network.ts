import { isLinkLocal } from "../../domain/addresses.ts";
import type { ConsoleAddress, NicFacts } from "../../domain/facts.ts";
import { ipv4Configurations, primaryAddress } from "../../domain/ip-configurations.ts";
import type { SacListing } from "../../guest/sac/session.ts";

/** Which of Windows' network numbers has to get Azure's address. */
export type NetworkChoice =
  /** That one; it may have the address already. */
  | { readonly kind: "found"; readonly network: number }
  /** It cannot be told, so nothing may be set. */
  | {
      readonly kind: "unclear";
      readonly code: "no-network" | "several-networks";
      readonly message: string;
    };

/** What is known beside SAC's list. */
export interface NetworkQuestion {
  readonly listing: SacListing;
  /** The VM's NICs. */
  readonly nics: readonly NicFacts[];
  /** The one whose address is to be set. */
  readonly nic: NicFacts;
  /** Wrong addresses of the primary NIC's adapter that Windows showed before, over another channel. */
  readonly wrongAddresses: readonly string[];
}

/**
 * Identifies the network number of a NIC. SAC shows no MAC address, so it is told by what is left: the only
 * number there is, else the one with the wrong address already seen, else the only one with an address outside Azure's.
 */
export function chooseNetwork(question: NetworkQuestion): NetworkChoice {
  const { listing, nics, nic, wrongAddresses } = question;
  const { addresses, networks } = listing;
  const holder = addresses.find(({ ip }) => ip === primaryAddress(nic));
  if (holder !== undefined) {
    return { kind: "found", network: holder.network };
  }
  const [only, second] = networks;
  if (only === undefined) {
    return { kind: "unclear", code: "no-network", message: "SAC lists no network number." };
  }
  const candidates = [
    second === undefined ? [only] : [],
    numbersOf(addresses.filter(({ ip }) => wrongAddresses.includes(ip))),
    numbersOf(addresses.filter(({ ip }) => isForeign(ip, nics))),
  ];
  const found = candidates.find(({ length }) => length > 0) ?? [];
  const [network] = found;
  return network !== undefined && found.length === 1
    ? { kind: "found", network }
    : {
        kind: "unclear",
        code: "several-networks",
        message: `SAC lists the network numbers ${networks.join(", ")}, and nothing tells which of them is that of NIC ${nic.name}.`,
      };
}

/** An address that none of the VM's NICs has in Azure; one that Windows made up itself says nothing. */
export function isForeign(ip: string, nics: readonly NicFacts[]): boolean {
  const known = nics.flatMap((nic) => ipv4Configurations(nic).map(({ address }) => address));
  return !known.includes(ip) && !isLinkLocal(ip);
}

function numbersOf(addresses: readonly ConsoleAddress[]): readonly number[] {
  return [...new Set(addresses.map(({ network }) => network))];
}
