import { describe, expect, it } from "vitest";

import type { WholeNic } from "../../../shared/azure/network-interfaces.ts";
import { changedParts } from "../../../shared/domain/changed-parts.ts";
import { allocationsOf, withAllocations } from "../../../shared/remedies/pin-address/allocation.ts";
import { pinLedgerEntry } from "../../../shared/remedies/pin-address/ledger-entry.ts";
import { NIC_ID } from "../../builders.ts";

const NIC: WholeNic = {
  id: NIC_ID,
  name: "nic-crane-01",
  etag: 'W/"1"',
  location: "northeurope",
  tags: { owner: "harbour" },
  macAddress: "00-0D-3A-71-04-20",
  ipConfigurations: [
    {
      name: "ipconfig1",
      etag: 'W/"1"',
      privateIPAddress: "10.71.4.20",
      privateIPAllocationMethod: "Dynamic",
      privateIPAddressVersion: "IPv4",
      applicationSecurityGroups: [{ id: "/asg" }],
    },
    { name: "v6", privateIPAddress: "fd00::4", privateIPAddressVersion: "IPv6" },
  ],
};
const PINNED = { name: "ipconfig1", address: "10.71.4.20", method: "Static" } as const;

describe("the allocations of a NIC", () => {
  it("are those of its IPv4 configurations", () => {
    expect(allocationsOf(NIC)).toEqual([{ ...PINNED, method: "Dynamic" }]);
  });

  it("are all that changes where others are asked for", () => {
    const wanted = withAllocations(NIC, [PINNED]);

    expect(allocationsOf(wanted)).toEqual([PINNED]);
    expect(changedParts(NIC, wanted)).toEqual([
      "ipConfigurations[ipconfig1].privateIPAllocationMethod",
    ]);
    expect(allocationsOf(NIC)).toEqual([{ ...PINNED, method: "Dynamic" }]);
  });
});

describe("the differences between two states of a NIC", () => {
  it("are none in what only Azure sets", () => {
    const later = { ...NIC, etag: 'W/"2"', macAddress: "00-0D-3A-00-00-00", resourceGuid: "g" };

    expect(changedParts(NIC, later)).toEqual([]);
    expect(changedParts(NIC, structuredClone(NIC))).toEqual([]);
  });

  it("name each field that was changed, added or lost", () => {
    const [first] = NIC.ipConfigurations ?? [];
    const { tags: _, ...rest } = NIC;
    const later = {
      ...rest,
      enableIPForwarding: true,
      ipConfigurations: [{ ...first, applicationSecurityGroups: [] }],
    };

    expect(changedParts(NIC, later)).toEqual([
      "enableIPForwarding",
      "ipConfigurations[ipconfig1].applicationSecurityGroups[/asg].id",
      "ipConfigurations[v6].name",
      "ipConfigurations[v6].privateIPAddress",
      "ipConfigurations[v6].privateIPAddressVersion",
      "tags.owner",
    ]);
  });
});

describe("the intent of pinning", () => {
  it("keeps the whole NIC, and says how to put it back", () => {
    const entry = pinLedgerEntry({
      incidentId: "inc-1",
      nicId: NIC_ID,
      nic: NIC,
      openedAt: "2026-03-02T08:05:00.000Z",
    });

    expect(entry).toMatchObject({
      id: "inc-1:pin-address:nic-crane-01",
      state: "open",
      before: { nic: NIC },
      intent: "Let Azure keep 10.71.4.20 for NIC nic-crane-01: Static instead of Dynamic.",
    });
    expect(entry.undo).toContain(
      `--ids "${NIC_ID}/ipConfigurations/ipconfig1" --set privateIPAllocationMethod=Dynamic`,
    );
  });
});
