import { expect, it } from "vitest";

import { plugAdapters } from "../../../local/simulator/guest/plug-adapters.ts";
import { aGuest, anAdapter, aStaticAdapter, MAC } from "../../guest/guest-states.ts";

const OTHER_MAC = "00-0D-3A-10-20-30";

function newGuid(): string {
  return "8c1d3f52-0a6b-4e77-9d24-b1c5e0f7a936";
}

it("changes nothing where each NIC has its adapter", () => {
  const guest = aGuest();

  expect(plugAdapters(guest, [MAC], newGuid)).toEqual(guest);
});

it("keeps adapters that are not the hypervisor's", () => {
  const tunnel = anAdapter({ name: "Tunnel", service: "vpn", mac: "02-00-00-00-00-01" });
  const guest = aGuest({ adapters: [anAdapter(), tunnel] });

  const { adapters, ghosts } = plugAdapters(guest, [OTHER_MAC], newGuid);

  expect(adapters.map(({ name }) => name)).toEqual(["Tunnel", "Ethernet 2"]);
  expect(ghosts.map(({ name }) => name)).toEqual(["Ethernet"]);
});

it("makes ghosts of the adapter and of the Mellanox function beside it", () => {
  const beside = anAdapter({ name: "Ethernet 2", service: "mlx5", description: "Mellanox" });
  const guest = aGuest({ adapters: [anAdapter(), beside] });

  const { adapters, ghosts } = plugAdapters(guest, [OTHER_MAC], newGuid);

  expect(adapters.map(({ name }) => name)).toEqual(["Ethernet 3"]);
  expect(ghosts).toHaveLength(2);
});

it("takes a name that somebody has freed, and never an index", () => {
  const guest = aGuest({ adapters: [aStaticAdapter({ name: "LAN", index: 9 })] });

  const { adapters, ghosts } = plugAdapters(guest, [OTHER_MAC], newGuid);

  expect(adapters).toMatchObject([
    { name: "Ethernet", index: 10, mac: OTHER_MAC, guid: "{8C1D3F52-0A6B-4E77-9D24-B1C5E0F7A936}" },
  ]);
  expect(ghosts).toMatchObject([{ name: "LAN", index: 9, dhcp: false }]);
});

it("remembers the configuration in the registry, not the address of a conflict", () => {
  const configured = [{ ip: "10.20.0.99", prefixLength: 24 }];
  const guest = aGuest({
    adapters: [
      aStaticAdapter({ configured, addresses: [{ ip: "169.254.7.7", prefixLength: 16 }] }),
    ],
  });

  expect(plugAdapters(guest, [OTHER_MAC], newGuid).ghosts).toMatchObject([
    { addresses: configured },
  ]);
});
