import { describe, expect, it } from "vitest";

import { actionsOf } from "../rights/role.ts";
import { everyCombination, nameOf } from "./combinations.ts";
import { differences, expectedKeys } from "./expected.ts";
import { sizeText } from "./print.ts";
import { tableRows } from "./rows.ts";
import { everything, keysOf, runTable, type Row } from "./table.ts";

/** Rights that no row of the table takes: for the runs of role-actions.test.ts, which prove them. */
const ELSEWHERE: readonly string[] = [
  // Customers' keys, and NICs in pools, which are reset only by an allowance of its own.
  "Microsoft.Compute/diskEncryptionSets/read",
  "Microsoft.Network/applicationGateways/backendAddressPools/join/action",
  "Microsoft.Network/loadBalancers/backendAddressPools/join/action",
  "Microsoft.Network/loadBalancers/inboundNatRules/join/action",
  "Microsoft.Network/privateDnsZones/A/read",
  // A stuck Run Command, and the cleaner, whose timer may strike in the middle of the table.
  "Microsoft.Compute/virtualMachines/runCommands/delete",
  "Microsoft.Compute/virtualMachines/runCommands/read",
  "Microsoft.Compute/virtualMachines/runCommands/write",
  // Network Watcher is asked only where it is known from where probes come.
  "Microsoft.Network/locations/operationResults/read",
  "Microsoft.Network/networkWatchers/ipFlowVerify/action",
  "Microsoft.Network/networkWatchers/read",
];

/** VMs with one NIC: all of them would take more than twice the time. */
const SAMPLE = {
  ...everything(),
  combinations: tableRows().filter(({ nics }) => nics === "one"),
};

describe("the table of scenarios", () => {
  it("keeps an expected end for each row and for no other", () => {
    expect(expectedKeys().toSorted()).toEqual(keysOf(everything()).toSorted());
  });

  it("ends as expected (all of it: npm run scenarios; when it is meant to end otherwise: npm run scenarios -- --update)", async () => {
    const startedAt = performance.now();

    const { rows, rights, forbidden } = await runTable(SAMPLE);

    process.stdout.write(`${sizeText(rows, (performance.now() - startedAt) / 1000)}\n`);
    expect(differences(rows)).toEqual([]);
    expect(misdiagnosed(rows)).toEqual([]);
    expect(forbidden).toEqual([]);
    expect([...new Set([...rights, ...ELSEWHERE])].toSorted()).toEqual([...actionsOf()].toSorted());
  }, 900_000);
});

/** Rows in which Windows was read, and what was found is not what the row is about. */
function misdiagnosed(rows: readonly Row[]): readonly string[] {
  const readable = tableRows().filter(({ agent }) => agent === "ready");
  const kinds = new Map(readable.map((row) => [nameOf(row), row]));
  return rows
    .filter(({ name, ours }) => {
      const row = kinds.get(name);
      const nic = row?.nics === "second of two" ? 1 : 0;
      return row !== undefined && ours.diagnoses[nic] !== row.diagnosis;
    })
    .map(({ name, ours }) => `${name}: ${ours.diagnoses.join(", ")}`);
}

describe("a combination", () => {
  it("has a name of its own", () => {
    const combinations = everyCombination();

    expect(new Set(combinations.map(nameOf)).size).toBe(combinations.length);
  });
});
