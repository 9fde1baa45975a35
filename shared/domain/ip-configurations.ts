import type { IpConfigurationFacts, NicFacts } from "./facts.ts";

/** IPv4 configurations of a NIC, primary first. IPv6 ones are ignored: Windows always gets those by DHCP. */
export function ipv4Configurations(nic: NicFacts): readonly IpConfigurationFacts[] {
  const ipv4 = nic.ipConfigurations.filter(({ version }) => version === "IPv4");
  return [...ipv4.filter(({ primary }) => primary), ...ipv4.filter(({ primary }) => !primary)];
}

/** The address that Azure expects Windows to have on a NIC; null while Azure has assigned none. */
export function primaryAddress(nic: NicFacts): string | null {
  return ipv4Configurations(nic)[0]?.address ?? null;
}
