import { describe, expect, it } from "vitest";

import { cleanSnapshots, type SnapshotFinding } from "../../shared/backup/clean-snapshots.ts";
import { startSnapshot } from "../../shared/backup/snapshot.ts";
import type { Incident } from "../../shared/domain/incident.ts";
import type { Outcome, OutcomeKind } from "../../shared/domain/outcome.ts";
import { aBrokenVm, NOW, simulatedAzure, type SimulatedAzure } from "../azure/simulated-azure.ts";
import { anIncident } from "../builders.ts";
import { anEntry } from "../incidents/ledger-entry.ts";

const EXPIRY = "2026-03-11T10:00:00.000Z";
const BEFORE = "2026-03-11T09:59:59.000Z";
const AFTER = "2026-03-11T10:00:01.000Z";
const CHANGED = [anEntry({ state: "done" })];

function anOutcome(kind: OutcomeKind): Outcome {
  return { kind, code: "any", message: "", nextStep: "", remarks: [] };
}

/** A closed incident of a VM, with the snapshot that is really there. */
async function withSnapshot(
  simulated: SimulatedAzure,
  id: string,
  overrides: Partial<Incident> = {},
): Promise<Incident> {
  const facts = await simulated.facts("vm-till");
  const step = await startSnapshot(simulated.azure, { facts, incidentId: id, now: NOW, days: 7 });
  if (step.kind === "refused") {
    throw new Error(step.message);
  }
  const closed = { closedAt: NOW, outcome: anOutcome("healed"), ledger: CHANGED };
  return anIncident({ id, backup: step.record, ...closed, ...overrides });
}

async function aShop(more: object = {}): Promise<SimulatedAzure> {
  return await simulatedAzure({ vms: [aBrokenVm("vm-till", "10.40.2.7")], ...more });
}

async function cleanAt(
  simulated: SimulatedAzure,
  incidents: readonly Incident[],
  now: string,
  dryRun = false,
): Promise<readonly SnapshotFinding[]> {
  return await cleanSnapshots(simulated.azure, { incidents, now, dryRun });
}

async function deletions(simulated: SimulatedAzure): Promise<number> {
  const { effects } = await simulated.log();
  return effects.filter(({ kind }) => kind === "snapshotDeleted").length;
}

/** Writes a snapshot's tags as a person would. */
async function tag(
  simulated: SimulatedAzure,
  { backup }: Incident,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  const url = `${simulated.endpoint}${backup?.snapshotId}?api-version=2024-03-02`;
  const headers = {
    authorization: `Bearer ${simulated.token}`,
    "content-type": "application/json",
  };
  await fetch(url, { method: "PATCH", headers, body: JSON.stringify({ tags }) });
}

function tagsOf(incidentId: string, more: object = {}): Record<string, string> {
  return { createdBy: "static-ip-remediator", incidentId, expiresOn: EXPIRY, ...more };
}

describe("the snapshot of an ended incident", () => {
  it("is kept until it expires, and then deleted", async () => {
    const simulated = await aShop();
    const incident = await withSnapshot(simulated, "inc-1");

    const kept = await cleanAt(simulated, [incident], BEFORE);
    const deleted = await cleanAt(simulated, [incident], AFTER);

    expect(kept).toMatchObject([{ what: "kept", why: `Until ${EXPIRY}.` }]);
    expect(deleted).toMatchObject([
      { what: "deleted", incidentId: "inc-1", why: `It expired on ${EXPIRY}.` },
    ]);
    expect(await deletions(simulated)).toBe(1);
  });

  it.each<[string, Partial<Incident>, string]>([
    ["nothing was changed", { ledger: [], outcome: anOutcome("refused") }, "deleted"],
    [
      "a change was never made",
      { ledger: [anEntry({ state: "untouched" })], outcome: anOutcome("failed") },
      "deleted",
    ],
    ["a change was put back", { ledger: [anEntry({ state: "undone" })] }, "kept"],
    ["a person goes on", { ledger: [], outcome: anOutcome("needsHuman") }, "kept"],
    ["it is open", { ledger: [], closedAt: null, outcome: null }, "kept"],
  ])("before that, where %s, is %s", async (_why, incident, what) => {
    const simulated = await aShop();

    const findings = await cleanAt(
      simulated,
      [await withSnapshot(simulated, "inc-1", incident)],
      BEFORE,
    );

    expect(findings).toMatchObject([{ what }]);
    expect(await deletions(simulated)).toBe(what === "deleted" ? 1 : 0);
  });

  it("is never deleted while the incident is open, however old it is", async () => {
    const simulated = await aShop();
    const open = await withSnapshot(simulated, "inc-1", { closedAt: null, outcome: null });

    expect(await cleanAt(simulated, [open], "2027-01-01T00:00:00.000Z")).toMatchObject([
      { what: "kept", why: "Its incident is open." },
    ]);
  });

  it("is kept as long as a person's tag says, and goes earlier if it says so", async () => {
    const simulated = await aShop();
    const longer = await withSnapshot(simulated, "inc-1");
    const shorter = await withSnapshot(simulated, "inc-2");
    const odd = await withSnapshot(simulated, "inc-3");
    await tag(simulated, longer, tagsOf("inc-1", { expiresOn: "2026-06-01T00:00:00.000Z" }));
    await tag(simulated, shorter, tagsOf("inc-2", { expiresOn: "2026-03-05T00:00:00.000Z" }));
    await tag(simulated, odd, tagsOf("inc-3", { expiresOn: "never" }));

    const findings = await cleanAt(simulated, [longer, shorter, odd], BEFORE);
    const later = await cleanAt(simulated, [longer, odd], AFTER);

    expect(findings.map(({ what }) => what)).toEqual(["kept", "deleted", "kept"]);
    expect(later.map(({ what }) => what)).toEqual(["kept", "kept"]);
  });

  it("is only told in a dry run", async () => {
    const simulated = await aShop();
    const incident = await withSnapshot(simulated, "inc-1");

    const findings = await cleanAt(simulated, [incident], AFTER, true);

    expect(findings).toMatchObject([{ what: "wouldDelete" }]);
    expect(await deletions(simulated)).toBe(0);
  });

  it("that somebody else deleted is told as gone", async () => {
    const simulated = await aShop();
    const incident = await withSnapshot(simulated, "inc-1");
    await cleanAt(simulated, [incident], AFTER);

    expect(await cleanAt(simulated, [incident], AFTER)).toMatchObject([{ what: "gone" }]);
  });
});

describe("snapshots that are not on record", () => {
  it("are foreign with our tag, unseen without it, and stay however old they are", async () => {
    const simulated = await aShop();
    const known = await withSnapshot(simulated, "inc-1");
    await withSnapshot(simulated, "inc-elsewhere");
    const untagged = await withSnapshot(simulated, "inc-2");
    await tag(simulated, untagged, { owner: "somebody" });

    const findings = await cleanAt(simulated, [known], AFTER);

    expect(findings.map(({ what, incidentId }) => [what, incidentId])).toEqual([
      ["deleted", "inc-1"],
      ["foreign", "inc-elsewhere"],
    ]);
    expect(await deletions(simulated)).toBe(1);
  });

  it("are foreign too where the record and the tag name different incidents", async () => {
    const simulated = await aShop();
    const known = await withSnapshot(simulated, "inc-1");
    await tag(simulated, known, tagsOf("inc-other"));

    expect(await cleanAt(simulated, [known], AFTER)).toMatchObject([
      { what: "foreign", incidentId: "inc-other" },
    ]);
    expect(await deletions(simulated)).toBe(0);
  });
});

describe("a round of cleaning", () => {
  it("follows the pages of a list, one list for the resource group", async () => {
    const simulated = await aShop({ pageSize: 2 });
    const incidents: Incident[] = [];
    for (let n = 0; n < 5; n++) {
      incidents.push(await withSnapshot(simulated, `inc-${n}`));
    }

    const findings = await cleanAt(simulated, incidents, AFTER);

    expect(findings.map(({ what }) => what)).toEqual(incidents.map(() => "deleted"));
    const lists = (await simulated.operations()).filter((name) => name === "snapshot.list");
    expect(lists).toHaveLength(3);
  });

  it("deletes 50 at most, and leaves the rest to the next one", async () => {
    const simulated = await aShop();
    const incidents: Incident[] = [];
    for (let n = 0; n < 52; n++) {
      incidents.push(await withSnapshot(simulated, `inc-${n}`));
    }

    const findings = await cleanAt(simulated, incidents, AFTER);

    expect(findings.filter(({ what }) => what === "deleted")).toHaveLength(50);
    expect(findings.filter(({ what }) => what === "later")).toHaveLength(2);
  });

  it("tells what Azure does not let it do, and goes on", async () => {
    const simulated = await aShop({
      faults: [{ kind: "error", operation: "snapshot.delete", status: 403, code: "No" }],
    });
    const incidents = [
      await withSnapshot(simulated, "inc-1"),
      await withSnapshot(simulated, "inc-2"),
    ];

    const findings = await cleanAt(simulated, incidents, AFTER);

    expect(findings.map(({ what }) => what)).toEqual(["failed", "deleted"]);
    expect(findings[0]?.why).toContain("403");
  });

  it("tells where Azure does not list them", async () => {
    const simulated = await aShop({
      faults: [{ kind: "error", operation: "snapshot.list", status: 503 }],
    });
    const incident = await withSnapshot(simulated, "inc-1");

    expect(await cleanAt(simulated, [incident], AFTER)).toMatchObject([{ what: "failed" }]);
  });

  it("asks Azure nothing where there is nothing on record", async () => {
    const simulated = await aShop();

    expect(await cleanAt(simulated, [anIncident()], AFTER)).toEqual([]);
    expect(await simulated.operations()).toEqual([]);
  });
});
