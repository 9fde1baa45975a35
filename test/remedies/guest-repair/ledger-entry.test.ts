import { expect, it } from "vitest";

import type { GuestRepairKind } from "../../../shared/domain/diagnosis.ts";
import type { GuestFacts } from "../../../shared/domain/facts.ts";
import type { LedgerEntry } from "../../../shared/domain/incident.ts";
import { guestRepairLedgerEntry } from "../../../shared/remedies/guest-repair/ledger-entry.ts";
import { aMismatchedAdapter, aNic, anIpConfiguration, NIC_ID } from "../../builders.ts";

const STOPPED: GuestFacts["dhcpService"] = { state: "stopped", startMode: "manual" };

function anEntry(
  repair: GuestRepairKind,
  dhcpService: GuestFacts["dhcpService"] = STOPPED,
): LedgerEntry {
  return guestRepairLedgerEntry({
    incidentId: "incident-1",
    repair,
    nic: aNic({
      ipConfigurations: [
        anIpConfiguration(),
        anIpConfiguration({ primary: false, address: "10.71.4.21" }),
      ],
    }),
    adapter: aMismatchedAdapter(),
    dhcpService,
    openedAt: "2026-03-04T10:00:00.000Z",
  });
}

it.each<[GuestRepairKind, string, string]>([
  [
    "enableAdapter",
    'Enable adapter "Ethernet" of NIC nic-crane-01.',
    "On the VM, as administrator, in PowerShell: Get-NetAdapter | Where-Object InterfaceGuid -eq '{7A40E2B1-5C0D-4D0E-9C11-0A5D1C2B3E01}' | Disable-NetAdapter -Confirm:$false.",
  ],
  [
    "repairDhcpService",
    'Set the DHCP Client service (manual, stopped) to automatic and start it, for adapter "Ethernet" of NIC nic-crane-01.',
    "On the VM, as administrator: sc config Dhcp start= demand; net stop Dhcp.",
  ],
  [
    "renewLease",
    'Renew the DHCP lease of adapter "Ethernet" of NIC nic-crane-01.',
    "Nothing: a lease is the DHCP server's, and no configuration is changed.",
  ],
  [
    "setAddresses",
    'Set Azure\'s own addresses 10.71.4.20, 10.71.4.21 as static ones on adapter "Ethernet" of NIC nic-crane-01, which has 10.71.4.77/24.',
    'On the VM, as administrator: netsh interface ip set address name="Ethernet" source=static address=10.71.4.77 mask=255.255.255.0 gateway=10.71.4.1 gwmetric=1.',
  ],
])("says what %s will change, and how to put it back", (remedy, intent, undo) => {
  expect(anEntry(remedy)).toMatchObject({ remedy, nicId: NIC_ID, intent, undo, state: "open" });
});

it("leaves a service that ran running", () => {
  const { undo } = anEntry("repairDhcpService", { state: "running", startMode: "disabled" });

  expect(undo).toBe("On the VM, as administrator: sc config Dhcp start= disabled.");
});

it("gives the same entry for the same attempt, and another for another repair", () => {
  expect(anEntry("renewLease").id).toBe(anEntry("renewLease").id);
  expect(anEntry("renewLease").id).not.toBe(anEntry("enableAdapter").id);
});

it("keeps the whole state before as data that survives JSON", () => {
  const entry = anEntry("repairDhcpService");

  expect(JSON.parse(JSON.stringify(entry))).toEqual(entry);
  expect(entry.before).toEqual({ adapter: aMismatchedAdapter(), dhcpService: STOPPED });
});
