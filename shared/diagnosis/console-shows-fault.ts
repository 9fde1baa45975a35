import { azureAddressSet } from "../domain/address-set.ts";
import { isLinkLocal } from "../domain/addresses.ts";
import type { Diagnosis } from "../domain/diagnosis.ts";
import type { AzureFacts, ConsoleAddress, GuestReading, NicFacts } from "../domain/facts.ts";
import { ipv4Configurations } from "../domain/ip-configurations.ts";

/** Whether the serial console shows an address that is none of Azure's, and not the one that it should show. */
export function consoleShowsFault(
  { azureAddresses, primaryNic }: Diagnosis,
  { azure, guest }: { readonly azure: AzureFacts; readonly guest: GuestReading },
): boolean {
  const shown = listedAtConsole(guest).map(({ ip }) => ip);
  if (!primaryNic || shown.length === 0) {
    return false;
  }
  const known = new Set(
    azure.nics.flatMap((nic) => ipv4Configurations(nic).map(({ address }) => address)),
  );
  return (
    !shown.some((ip) => azureAddresses.includes(ip)) &&
    shown.some((ip) => !known.has(ip) && !isLinkLocal(ip))
  );
}

/**
 * Whether the serial console lists the address that Azure gives a NIC, and neither a mask nor a gateway beside it that is not
 * the subnet's: then Windows has what a reset would bring.
 */
export function consoleShowsRightAddress(nic: NicFacts, guest: GuestReading): boolean {
  const azure = azureAddressSet(nic);
  const own = new Set(ipv4Configurations(nic).map(({ address }) => address));
  return listedAtConsole(guest).some(
    ({ ip, mask, gateway }) =>
      own.has(ip) &&
      (azure === null ||
        (azure.addresses.some((each) => each.ip === ip && each.mask === mask) &&
          (gateway === null || gateway === azure.gateway))),
  );
}

function listedAtConsole(guest: GuestReading): readonly ConsoleAddress[] {
  const console = guest.kind === "unreadable" ? guest.console : undefined;
  return console?.kind === "listed" ? console.addresses : [];
}
