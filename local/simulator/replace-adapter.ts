import { setGuest } from "./guests.ts";
import type { Simulation } from "./simulation.ts";
import type { NicState, VmState } from "./world.ts";

/**
 * Gives a NIC another MAC address: Windows finds a new adapter, on DHCP, and no longer has the old one.
 * Source: "Reset network interface for Azure Windows VM" ("This process will change MAC address").
 */
export function replaceAdapter(simulation: Simulation, vm: VmState, nic: NicState): void {
  const oldMac = nic.mac;
  nic.mac = simulation.random.mac();
  const { guest } = vm;
  const old = guest?.adapters.find((adapter) => adapter.mac === oldMac);
  if (guest === null || old === undefined) {
    return;
  }
  const number = guest.adapters.length + 1;
  const fresh = {
    name: `Ethernet ${number}`,
    guid: `{${simulation.random.guid().toUpperCase()}}`,
    index: Math.max(...guest.adapters.map((adapter) => adapter.index)) + 1,
    mac: nic.mac,
    description: `${old.description.replace(/ #\d+$/u, "")} #${number}`,
    service: old.service,
    enabled: true,
    dhcp: true,
    addresses: [],
    gateways: [],
    staticDnsServers: [],
  };
  const adapters = guest.adapters.map((adapter) => (adapter === old ? fresh : adapter));
  setGuest(simulation, vm, { ...guest, adapters }, "restart");
}
