import { isLinkLocal } from "../domain/addresses.ts";
import type { Diagnosis } from "../domain/diagnosis.ts";
import type { AzureFacts, GuestReading } from "../domain/facts.ts";
import { ipv4Configurations } from "../domain/ip-configurations.ts";

/** Whether the serial console shows an address that is none of Azure's, and not the one that it should show. */
export function consoleShowsFault(
  { azureAddresses, primaryNic }: Diagnosis,
  { azure, guest }: { readonly azure: AzureFacts; readonly guest: GuestReading },
): boolean {
  const console = guest.kind === "unreadable" ? guest.console : undefined;
  if (!primaryNic || console?.kind !== "listed") {
    return false;
  }
  const shown = console.addresses.map(({ ip }) => ip);
  const known = new Set(
    azure.nics.flatMap((nic) => ipv4Configurations(nic).map(({ address }) => address)),
  );
  return (
    !shown.some((ip) => azureAddresses.includes(ip)) &&
    shown.some((ip) => !known.has(ip) && !isLinkLocal(ip))
  );
}
