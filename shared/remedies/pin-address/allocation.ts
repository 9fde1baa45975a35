import type { WholeNic } from "../../azure/network-interfaces.ts";

/** Address and allocation method of one IP configuration. */
export interface Allocation {
  readonly name: string;
  readonly address: string;
  readonly method: "Static" | "Dynamic";
}

/** What only Azure sets, and sets anew with a write. */
const AZURES_OWN = new Set([
  "etag",
  "macAddress",
  "provisioningState",
  "resourceGuid",
  "hostedWorkloads",
]);

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

/** Where two states of a NIC differ, as paths; without what only Azure sets. */
export function nicDifferences(one: unknown, other: unknown, path = ""): readonly string[] {
  if (!isObject(one) || !isObject(other)) {
    return JSON.stringify(one) === JSON.stringify(other) ? [] : [path];
  }
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys]
    .filter((key) => !AZURES_OWN.has(key))
    .flatMap((key) => nicDifferences(one[key], other[key], path === "" ? key : `${path}.${key}`));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
