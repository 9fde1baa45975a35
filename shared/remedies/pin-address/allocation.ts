import type { WholeNic } from "../../azure/network-interfaces.ts";

/** Address and allocation method of one IP configuration. */
export interface Allocation {
  readonly name: string;
  readonly address: string;
  readonly method: "Static" | "Dynamic";
}

/** Address and allocation method of a NIC's IPv4 configurations, in their order. */
export function allocationsOf(nic: WholeNic): readonly Allocation[] {
  return (nic.ipConfigurations ?? [])
    .filter(({ privateIPAddressVersion }) => privateIPAddressVersion !== "IPv6")
    .map(({ name = "", privateIPAddress = "", privateIPAllocationMethod }) => ({
      name,
      address: privateIPAddress,
      method: privateIPAllocationMethod === "Static" ? "Static" : "Dynamic",
    }));
}

/** The whole NIC with these allocations, each by the name of its configuration; everything else stays. */
export function withAllocations(nic: WholeNic, wanted: readonly Allocation[]): WholeNic {
  const byName = new Map(wanted.map((allocation) => [allocation.name, allocation]));
  const ipConfigurations = structuredClone(nic.ipConfigurations ?? []);
  for (const configuration of ipConfigurations) {
    const allocation = byName.get(configuration.name ?? "");
    if (allocation !== undefined) {
      configuration.privateIPAddress = allocation.address;
      configuration.privateIPAllocationMethod = allocation.method;
    }
  }
  return { ...nic, ipConfigurations };
}
