import { describe, expect, it } from "vitest";
import { z } from "zod";

import { closeSnapshot, deleteSnapshot } from "../../shared/backup/end-snapshot.ts";
import { otherRun } from "../../shared/backup/other-run.ts";
import { pollSnapshot, startSnapshot } from "../../shared/backup/snapshot.ts";
import type { SnapshotStep } from "../../shared/backup/snapshot.ts";
import type { BackupRecord } from "../../shared/domain/incident.ts";
import { aBrokenVm, aVm, NOW, simulatedAzure } from "../azure/simulated-azure.ts";
import type { SimulatedAzure } from "../azure/simulated-azure.ts";

const TILL = aBrokenVm("vm-till", "10.40.2.7");

async function start(
  simulated: SimulatedAzure,
  incidentId = "incident-1",
  vm = "vm-till",
): Promise<SnapshotStep> {
  const facts = await simulated.facts(vm);
  return await startSnapshot(simulated.azure, { facts, incidentId, now: NOW, days: 7 });
}

async function started(
  simulated: SimulatedAzure,
): Promise<{ record: BackupRecord; operation: string }> {
  const step = await start(simulated);
  if (step.kind !== "running") {
    throw new Error(`Not running: ${JSON.stringify(step)}`);
  }
  return step;
}

async function completed(
  simulated: SimulatedAzure,
  incidentId = "incident-1",
): Promise<BackupRecord> {
  let step = await start(simulated, incidentId);
  for (let looks = 0; step.kind === "running" && looks < 50; looks++) {
    step = await pollSnapshot(simulated.azure, step.record, step.operation);
  }
  if (step.kind !== "complete") {
    throw new Error(`Not complete: ${JSON.stringify(step)}`);
  }
  return step.record;
}

async function countOf(simulated: SimulatedAzure, kind: string): Promise<number> {
  const { effects } = await simulated.log();
  return effects.filter((effect) => effect.kind === kind).length;
}

async function snapshotBody(simulated: SimulatedAzure, record: BackupRecord): Promise<unknown> {
  const response = await fetch(`${simulated.endpoint}${record.snapshotId}?api-version=2024-03-02`, {
    headers: { authorization: `Bearer ${simulated.token}` },
  });
  return await response.json();
}

describe("a snapshot of the OS disk", () => {
  it("is incremental, closed to the outside, tagged, and complete in the end", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });

    const record = await completed(simulated);

    expect(record).toMatchObject({
      state: "complete",
      createdAt: NOW,
      expiresAt: "2026-03-11T10:00:00.000Z",
    });
    const body = z
      .object({ tags: z.record(z.string(), z.string()), properties: z.unknown() })
      .parse(await snapshotBody(simulated, record));
    expect(body.properties).toMatchObject({
      incremental: true,
      networkAccessPolicy: "DenyAll",
      publicNetworkAccess: "Disabled",
      creationData: { createOption: "Copy" },
    });
    expect(body.tags).toMatchObject({
      createdBy: "static-ip-remediator",
      incidentId: "incident-1",
      expiresOn: "2026-03-11T10:00:00.000Z",
    });
  });

  it("is made once, however often it is asked for", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const first = await completed(simulated);

    const again = await start(simulated);

    expect(again).toMatchObject({ kind: "complete", record: { snapshotId: first.snapshotId } });
    expect(await countOf(simulated, "snapshotCreated")).toBe(1);
  });

  it("is followed by itself where Azure's answer to the request was lost", async () => {
    const simulated = await simulatedAzure({
      vms: [TILL],
      faults: [
        { kind: "lost", operation: "snapshot.put" },
        { kind: "stuck", operation: "snapshot.put" },
      ],
    });
    await expect(start(simulated)).rejects.toMatchObject({ retryable: true });

    const again = await start(simulated);

    expect(again).toMatchObject({ kind: "running", operation: "" });
    const record = again.kind === "running" ? again.record : null;
    expect(record && (await pollSnapshot(simulated.azure, record, ""))).toMatchObject({
      kind: "running",
      operation: "",
    });
    expect(await countOf(simulated, "snapshotCreated")).toBe(1);
  });

  it("is complete where its own state says so, without its operation", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const record = await completed(simulated);

    const step = await pollSnapshot(simulated.azure, { ...record, state: "creating" }, "");

    expect(step).toMatchObject({ kind: "complete", record: { state: "complete" } });
  });

  it("is running while Azure says so", async () => {
    const simulated = await simulatedAzure({
      vms: [TILL],
      faults: [{ kind: "stuck", operation: "snapshot.put" }],
    });
    const { record, operation } = await started(simulated);

    const step = await pollSnapshot(simulated.azure, record, operation);

    expect(step).toMatchObject({ kind: "running", operation, record: { state: "creating" } });
  });

  it("is refused with Azure's reason when it fails midway", async () => {
    const simulated = await simulatedAzure({
      vms: [TILL],
      faults: [{ kind: "failOperation", operation: "snapshot.put", code: "SnapshotCountExceeded" }],
    });
    const { record, operation } = await started(simulated);

    const step = await pollSnapshot(simulated.azure, record, operation);

    expect(step).toMatchObject({ kind: "refused", code: "snapshot-failed" });
    expect(step.kind === "refused" && step.message).toContain("SnapshotCountExceeded");
  });

  it("is refused when it vanishes while nobody knows its operation", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const { record } = await started(simulated);
    await deleteSnapshot(simulated.azure, { ...record, incidentId: "incident-1" });

    const step = await pollSnapshot(simulated.azure, record, "");

    expect(step).toMatchObject({ kind: "refused", code: "snapshot-missing" });
  });

  it.each(["ephemeral", "unmanaged"] as const)("cannot be had of an %s disk", async (osDisk) => {
    const simulated = await simulatedAzure({ vms: [aVm("vm-till", "10.40.2.7", { osDisk })] });

    expect(await start(simulated)).toMatchObject({ kind: "refused", code: "no-managed-disk" });
    expect(await simulated.operations()).not.toContain("snapshot.put");
  });

  it.each([
    [403, "LinkedAuthorizationFailed", "snapshot-forbidden"],
    [409, "ScopeLocked", "snapshot-locked"],
    [400, "InvalidParameter", "snapshot-rejected"],
  ])("is refused where Azure answers %i %s", async (status, azureCode, code) => {
    const simulated = await simulatedAzure({
      vms: [TILL],
      faults: [{ kind: "error", operation: "snapshot.put", status, code: azureCode }],
    });

    const step = await start(simulated);

    expect(step).toMatchObject({ kind: "refused", code });
    expect(step.kind === "refused" && step.message).toContain(azureCode);
  });

  it("is refused where the disk is gone", async () => {
    const simulated = await simulatedAzure({
      vms: [TILL],
      faults: [{ kind: "error", operation: "disk.get", status: 404, code: "ResourceNotFound" }],
    });

    expect(await start(simulated)).toMatchObject({ kind: "refused", code: "disk-missing" });
  });

  it.each([
    ["429", { kind: "throttle", operation: "snapshot.put", retryAfterSeconds: 30 }, 0],
    ["500 before the effect", { kind: "error", operation: "snapshot.put" }, 0],
    ["500 after the effect", { kind: "error", operation: "snapshot.put", when: "after" }, 1],
    ["a broken connection", { kind: "lost", operation: "snapshot.put" }, 1],
    ["an answer that never comes", { kind: "lost", operation: "snapshot.put", how: "hang" }, 1],
  ] as const)("survives %s with one snapshot in all", async (_what, fault, made) => {
    const simulated = await simulatedAzure({ vms: [TILL], faults: [fault] }, 0.5);
    await expect(start(simulated)).rejects.toMatchObject({ retryable: true });
    expect(await countOf(simulated, "snapshotCreated")).toBe(made);

    const record = await completed(simulated);

    expect(record.state).toBe("complete");
    expect(await countOf(simulated, "snapshotCreated")).toBe(1);
  });

  it("leaves a snapshot of another owner alone", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const record = await completed(simulated);
    const client = await simulated.azure.compute(record.snapshotId.split("/")[2] ?? "");
    await client.snapshots.update("rg-shop", record.snapshotName, { tags: { owner: "somebody" } });

    expect(await start(simulated)).toMatchObject({ kind: "refused", code: "snapshot-name-taken" });
    const owned = { ...record, incidentId: "incident-1" };
    expect(await deleteSnapshot(simulated.azure, owned)).toBe("not-ours");
    expect(await closeSnapshot(simulated.azure, owned, NOW)).toBe("not-ours");
    expect(await countOf(simulated, "snapshotDeleted")).toBe(0);
  });
});

describe("the end of a snapshot", () => {
  it("is its deletion when it was needless; twice is once", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const owned = { ...(await completed(simulated)), incidentId: "incident-1" };

    expect(await deleteSnapshot(simulated.azure, owned)).toBe("done");
    expect(await deleteSnapshot(simulated.azure, owned)).toBe("absent");
    expect(await countOf(simulated, "snapshotDeleted")).toBe(1);
  });

  it("is never the deletion of another incident's", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const record = await completed(simulated);

    const end = await deleteSnapshot(simulated.azure, { ...record, incidentId: "incident-2" });

    expect(end).toBe("not-ours");
    expect(await countOf(simulated, "snapshotDeleted")).toBe(0);
  });

  it("is a tag when it stays; twice is once, and the other tags remain", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const record = await completed(simulated);
    const owned = { ...record, incidentId: "incident-1" };

    expect(await closeSnapshot(simulated.azure, owned, NOW)).toBe("done");
    expect(await closeSnapshot(simulated.azure, owned, "2026-03-04T11:00:00.000Z")).toBe("done");

    expect(await countOf(simulated, "snapshotUpdated")).toBe(1);
    expect(await snapshotBody(simulated, record)).toMatchObject({
      tags: { incidentId: "incident-1", createdBy: "static-ip-remediator", closed: NOW },
    });
  });

  it.each([
    ["deleting", "snapshot.delete"],
    ["tagging", "snapshot.patch"],
  ] as const)("finds nothing where a person removed it while %s", async (_what, operation) => {
    const simulated = await simulatedAzure({
      vms: [TILL],
      faults: [{ kind: "error", operation, status: 404, code: "ResourceNotFound" }],
    });
    const owned = { ...(await completed(simulated)), incidentId: "incident-1" };

    const end =
      operation === "snapshot.delete"
        ? deleteSnapshot(simulated.azure, owned)
        : closeSnapshot(simulated.azure, owned, NOW);

    expect(await end).toBe("absent");
  });

  it("waits where Azure does not let go of a snapshot in the making", async () => {
    const fault = {
      kind: "error",
      operation: "snapshot.delete",
      status: 409,
      code: "Conflict",
    } as const;
    const simulated = await simulatedAzure({ vms: [TILL], faults: [fault] });
    const owned = { ...(await completed(simulated)), incidentId: "incident-1" };

    await expect(deleteSnapshot(simulated.azure, owned)).rejects.toMatchObject({ retryable: true });

    expect(await deleteSnapshot(simulated.azure, owned)).toBe("done");
  });

  it("does not wait for a lock", async () => {
    const fault = {
      kind: "error",
      operation: "snapshot.delete",
      status: 409,
      code: "ScopeLocked",
    } as const;
    const simulated = await simulatedAzure({ vms: [TILL], faults: [fault] });
    const owned = { ...(await completed(simulated)), incidentId: "incident-1" };

    await expect(deleteSnapshot(simulated.azure, owned)).rejects.toMatchObject({
      retryable: false,
      nextStep: "Remove the lock from the scope that Azure's message names.",
    });
  });
});

describe("another run on the same VM", () => {
  it("is seen by its snapshot, until that is closed", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const { azure } = simulated;
    const record = await completed(simulated, "incident-1");
    const facts = await simulated.facts("vm-till");
    const soon = new Date().toISOString();

    expect(await otherRun(azure, facts, "incident-2", soon)).toEqual({
      incidentId: "incident-1",
      snapshotName: record.snapshotName,
    });
    await closeSnapshot(azure, { ...record, incidentId: "incident-1" }, NOW);
    expect(await otherRun(azure, facts, "incident-2", soon)).toBeNull();
  });

  it("is not this run itself", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    await completed(simulated, "incident-1");
    const facts = await simulated.facts("vm-till");

    expect(
      await otherRun(simulated.azure, facts, "incident-1", new Date().toISOString()),
    ).toBeNull();
  });

  it("has died when its snapshot is an hour old", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    await completed(simulated, "incident-1");
    const facts = await simulated.facts("vm-till");
    const later = new Date(Date.now() + 3_601_000).toISOString();

    expect(await otherRun(simulated.azure, facts, "incident-2", later)).toBeNull();
  });

  it("is not one on another VM", async () => {
    const simulated = await simulatedAzure({ vms: [TILL, aVm("vm-desk", "10.40.2.8")] });
    await completed(simulated, "incident-1");
    const facts = await simulated.facts("vm-desk");

    expect(
      await otherRun(simulated.azure, facts, "incident-2", new Date().toISOString()),
    ).toBeNull();
  });
});
