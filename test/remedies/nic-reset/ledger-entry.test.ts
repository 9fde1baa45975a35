import { expect, it } from "vitest";

import { nicResetLedgerEntry, wayBack } from "../../../shared/remedies/nic-reset/ledger-entry.ts";
import { readResetRecord } from "../../../shared/remedies/nic-reset/reset-record.ts";
import { aRecord } from "./nic-body.ts";

const NIC_ID =
  "/subscriptions/S/resourceGroups/rg (x)/providers/Microsoft.Network/networkInterfaces/nic";

it("names the commands that put a Dynamic address back, in their order", () => {
  const base =
    'az network nic ip-config update --subscription "S" --resource-group "rg (x)" --nic-name "nic" --name "ipconfig1" --private-ip-address';

  expect(wayBack(NIC_ID, aRecord())).toBe(
    `Run: ${base} "10.0.0.10"; then, since the address was Dynamic: ${base} ""; if it is another one afterwards, run the first command again and leave it Static.`,
  );
});

it("names one command for a Static address", () => {
  const original = { address: "10.0.0.10", allocation: "Static" } as const;

  expect(wayBack(NIC_ID, aRecord({ original }))).not.toContain('""');
});

it("keeps everything that a later run needs, through the store's JSON", () => {
  const record = aRecord({ written: [{ address: "10.0.0.4", allocation: "Static" }] });
  const entry = nicResetLedgerEntry({
    incidentId: "inc-1",
    nic: { id: NIC_ID, name: "NIC" },
    record,
    openedAt: "2026-03-02T08:04:00.000Z",
  });

  expect(entry).toMatchObject({ id: "inc-1:nic-reset:nic", remedy: "nicReset", state: "open" });
  expect(readResetRecord(JSON.parse(JSON.stringify(entry.before)))).toEqual(record);
});

it.each([
  [null],
  [{}],
  [{ adapter: {} }],
  [{ ...aRecord(), original: { address: "x; rm", allocation: "Static" } }],
])("reads nothing out of what is no reset's: %j", (before) => {
  expect(readResetRecord(before)).toBeNull();
});
