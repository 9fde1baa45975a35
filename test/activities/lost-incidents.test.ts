import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { closeLostIncidents } from "../../functions/activities/lost-incidents.ts";
import { openSqliteStore } from "../../shared/incidents/sqlite/sqlite-store.ts";
import type { IncidentStore } from "../../shared/incidents/store.ts";
import { anIncident } from "../builders.ts";
import { anEntry } from "../incidents/ledger-entry.ts";

const VM = anIncident().vmId;

describe("an incident whose run is gone", () => {
  let folder: string;
  let store: IncidentStore;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "lost-"));
    store = await openSqliteStore(path.join(folder, "incidents.db"));
  });

  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is closed as failed where nothing was changed", async () => {
    await store.openIncident(anIncident({ id: "old", openedAt: "2026-03-02T08:00:00.000Z" }));

    await closeLostIncidents(store, VM);

    expect(await store.getIncident("old")).toMatchObject({
      outcome: { kind: "failed", code: "run-lost" },
    });
  });

  it.each([
    ["was begun", "open"],
    ["was finished, and nobody proved it any more", "done"],
  ] as const)("calls a person where a change %s, and says how to put it back", async (_, state) => {
    const entry = anEntry({ state, undo: "netsh interface ip set address" });
    await store.openIncident(anIncident({ id: "old", openedAt: "2026-03-02T08:00:00.000Z" }));
    await store.writeLedger("old", entry);

    await closeLostIncidents(store, VM);

    const { outcome } = (await store.getIncident("old")) ?? {};
    expect(outcome).toMatchObject({ kind: "needsHuman", code: "run-lost" });
    expect(outcome?.nextStep).toContain(entry.undo);
  });

  it("is left alone while it is young, since an activity may run twice", async () => {
    await store.openIncident(anIncident({ id: "young", openedAt: new Date().toISOString() }));

    await closeLostIncidents(store, VM);

    expect(await store.getIncident("young")).toMatchObject({ outcome: null, closedAt: null });
  });
});
