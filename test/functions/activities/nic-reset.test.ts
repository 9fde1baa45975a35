import { describe, expect, it } from "vitest";

import { writeNic } from "../../../functions/activities/nic-reset.ts";
import { unfinishedResets } from "../../../functions/activities/unfinished-resets.ts";
import type { LedgerEntry } from "../../../shared/domain/incident.ts";
import { nicResetLedgerEntry } from "../../../shared/remedies/nic-reset/ledger-entry.ts";
import type { ResetTarget } from "../../../shared/remedies/nic-reset/reset-record.ts";
import { simulatedAzure, aVm } from "../../azure/simulated-azure.ts";
import { anIncident, VM_ID } from "../../builders.ts";
import { aRecord } from "../../remedies/nic-reset/nic-body.ts";
import { aStore } from "./a-store.ts";
import { someServices } from "./services.ts";

const SWAP: ResetTarget = { address: "10.40.2.30", allocation: "Static" };
const OTHER: ResetTarget = { address: "10.40.2.31", allocation: "Static" };

function anEntry(nicId: string, more: Partial<LedgerEntry> = {}): LedgerEntry {
  const record = aRecord({
    original: { address: "10.40.2.7", allocation: "Dynamic" },
    prefixes: ["10.40.2.0/24"],
    written: [SWAP],
  });
  const openedAt = "2026-03-02T08:04:00.000Z";
  const nic = { id: nicId, name: "nic-till" };
  return { ...nicResetLedgerEntry({ incidentId: "inc", nic, record, openedAt }), ...more };
}

describe("a write of a NIC", () => {
  it.each<[string, Partial<LedgerEntry>, ResetTarget]>([
    ["there is no entry", { id: "another" }, SWAP],
    ["the entry is closed", { state: "done" }, SWAP],
    ["the entry is another remedy's", { remedy: "guestDhcp" }, SWAP],
    ["the entry names another write", {}, OTHER],
  ])("is never made where the ledger does not speak for it: %s", async (_what, more, target) => {
    const simulated = await simulatedAzure({ vms: [aVm("vm-till", "10.40.2.7")] });
    const store = await aStore();
    const incident = anIncident();
    await store.openIncident(incident);
    const entry = anEntry(simulated.nicId("nic-till"));
    await store.writeLedger(incident.id, { ...entry, ...more });
    const key = { incidentId: incident.id, ledgerEntryId: entry.id };

    const write = writeNic({ ...key, target }, someServices({ azure: simulated.azure, store }));

    await expect(write).rejects.toMatchObject({ code: "not-in-ledger" });
    expect(await simulated.operations()).toEqual([]);
  });
});

describe("resets that a run which is gone left half done", () => {
  it("are those of the VM whose entry is open or unknown, oldest first", async () => {
    const store = await aStore();
    const states = ["unknown", "done", "open", "undone", "untouched"] as const;
    for (const [index, state] of states.entries()) {
      const openedAt = `2026-03-02T08:0${index}:00.000Z`;
      const incident = anIncident({ id: `inc-${index}`, openedAt });
      await store.openIncident(incident);
      await store.writeLedger(incident.id, anEntry("nic", { state }));
    }
    await store.openIncident(anIncident({ id: "inc-else", vmId: `${VM_ID}-2` }));
    await store.writeLedger("inc-else", anEntry("nic"));
    await store.writeLedger("inc-1", anEntry("nic", { id: "switch", remedy: "guestDhcp" }));

    const found = await unfinishedResets(store, VM_ID);

    expect(found.map(({ incidentId }) => incidentId)).toEqual(["inc-0", "inc-2"]);
  });
});
