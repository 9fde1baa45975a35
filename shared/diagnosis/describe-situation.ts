import type { DiagnosisKind } from "../domain/diagnosis.ts";
import type { ConsoleReading, GuestReading, NicFacts } from "../domain/facts.ts";
import { printable } from "./command-line.ts";
import type { Situation } from "./situation.ts";

/** One sentence for people that says what the verdict rests on. */
export function describeSituation(
  kind: DiagnosisKind,
  nic: NicFacts,
  situation: Situation,
  guest: GuestReading,
): string {
  const azure = listed(situation.azureAddresses);
  const windows = listed(situation.guestAddresses);
  const adapter = situation.adapter === null ? "" : ` "${printable(situation.adapter.name)}"`;
  const sentences: Record<DiagnosisKind, string> = {
    "adapter-disabled": `Adapter${adapter} of NIC ${nic.name} is disabled in Windows.`,
    "adapter-missing": `Windows has no adapter with the MAC address ${nic.mac} of NIC ${nic.name}.`,
    "guest-unreadable": unreadableBecause(nic, guest),
    "extra-addresses": `Adapter${adapter} has the static addresses ${windows}, more than the ${azure} that Azure gave NIC ${nic.name}.`,
    "static-multi-address": `Adapter${adapter} has the static addresses ${windows}, as NIC ${nic.name} with several IP configurations needs it.`,
    "static-multi-mismatch": `Adapter${adapter} has the static addresses ${windows}, but Azure gave NIC ${nic.name} ${azure}.`,
    "static-matching": `Adapter${adapter} has the address ${windows} that Azure gave NIC ${nic.name}, but as a static one.`,
    "static-wrong-route": `Adapter${adapter} has the right static address ${windows}, but its prefix length or gateway does not fit the subnet of NIC ${nic.name}.`,
    "static-mismatch": `Adapter${adapter} is static with the addresses ${windows}, but Azure gave NIC ${nic.name} ${azure}.`,
    healthy: `Adapter${adapter} has ${windows} by DHCP, as Azure gave NIC ${nic.name}.`,
    "lease-stale": `Adapter${adapter} uses DHCP, but holds ${windows} instead of the ${azure} that Azure gave NIC ${nic.name}.`,
    "dhcp-failed": `Adapter${adapter} uses DHCP, but got no address; Azure gave NIC ${nic.name} ${azure}.`,
  };
  return sentences[kind];
}

function unreadableBecause(nic: NicFacts, guest: GuestReading): string {
  if (guest.kind === "unreadable") {
    return `Windows could not be read: ${guest.message}${consoleSays(guest.console)}`;
  }
  if (nic.mac === null) {
    return `Azure names no MAC address for NIC ${nic.name}, so no adapter can be matched to it.`;
  }
  return `Windows and Azure say too little of NIC ${nic.name} (MAC ${nic.mac}) to compare them.`;
}

function consoleSays(console: ConsoleReading | undefined): string {
  if (console === undefined) {
    return "";
  }
  return console.kind === "unavailable"
    ? ` ${console.message}`
    : ` Its serial console shows ${listed(console.addresses.map(({ ip }) => ip))}.`;
}

function listed(addresses: readonly string[]): string {
  return addresses.length === 0 ? "none" : addresses.join(", ");
}
