import { expect, it } from "vitest";

import type { GuestAdapter, NicFacts } from "../../../shared/domain/facts.ts";
import { guestDhcpLedgerEntry } from "../../../shared/remedies/guest-dhcp/ledger-entry.ts";

function anAdapter(parts: Partial<GuestAdapter> = {}): GuestAdapter {
  return {
    name: "Ethernet",
    guid: "{0F6B2A11-5C3D-4E7F-9A21-77C0D1E2F3A4}",
    mac: "00-0D-3A-5E-11-22",
    enabled: true,
    dhcp: false,
    addresses: [{ ip: "10.40.2.99", prefixLength: 24 }],
    gateways: ["10.40.2.1"],
    staticDnsServers: [],
    fingerprint: "5f2c9a7be01d3344aa55",
    ...parts,
  };
}

const NIC: NicFacts = {
  id: "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/Nic-App",
  name: "Nic-App",
  primary: true,
  mac: "00-0D-3A-5E-11-22",
  ipForwarding: false,
  networkSecurityGroupId: null,
  ipConfigurations: [],
  pools: [],
  subnet: null,
};

function anEntry(parts: Partial<GuestAdapter> = {}): ReturnType<typeof guestDhcpLedgerEntry> {
  return guestDhcpLedgerEntry({
    incidentId: "incident-1",
    nic: NIC,
    adapter: anAdapter(parts),
    openedAt: "2026-03-04T10:00:00.000Z",
  });
}

it("says what will be changed, and how to put it back with commands that can be typed", () => {
  const entry = anEntry();

  expect(entry).toMatchObject({
    remedy: "guestDhcp",
    nicId: NIC.id,
    state: "open",
    closedAt: null,
  });
  expect(entry.intent).toBe(
    'Switch adapter "Ethernet" of NIC Nic-App from static 10.40.2.99/24 to DHCP.',
  );
  expect(entry.undo).toBe(
    'On the VM, as administrator: netsh interface ip set address name="Ethernet" source=static address=10.40.2.99 mask=255.255.255.0 gateway=10.40.2.1 gwmetric=1.',
  );
});

it("puts every address and gateway back", () => {
  const { undo } = anEntry({
    addresses: [
      { ip: "10.40.2.99", prefixLength: 24 },
      { ip: "10.40.2.100", prefixLength: 25 },
    ],
    gateways: ["10.40.2.1", "10.40.2.2"],
  });

  expect(undo).toContain('add address name="Ethernet" address=10.40.2.100 mask=255.255.255.128');
  expect(undo).toContain('add address name="Ethernet" gateway=10.40.2.2');
});

it("leaves out a gateway that was not there", () => {
  expect(anEntry({ gateways: [] }).undo).not.toContain("gateway");
});

it.each([
  'a "quoted" name',
  "100% net",
  "cash$",
  "back`tick",
  "smart “quotes”",
  "ends with \\",
  "4711",
  "turns\u202Eround",
])("names an adapter by its number where quoting fails: %s", (name) => {
  const { undo } = anEntry({ name });

  expect(undo).toContain("InterfaceGuid -eq '{0F6B2A11-5C3D-4E7F-9A21-77C0D1E2F3A4}'");
  expect(undo).toContain("name=$i");
  expect(undo).not.toContain(`name="${name}"`);
});

it("gives the same entry for the same attempt, and another for another configuration", () => {
  expect(anEntry().id).toBe(anEntry().id);
  expect(anEntry({ fingerprint: "other" }).id).not.toBe(anEntry().id);
});

it("keeps the whole state before as data that survives JSON", () => {
  const entry = anEntry();

  expect(JSON.parse(JSON.stringify(entry))).toEqual(entry);
  expect(entry.before).toEqual({ adapter: anAdapter() });
});
