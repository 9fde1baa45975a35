import { test } from "@fast-check/vitest";
import { string } from "fast-check";
import { expect, it } from "vitest";

import { newTags, readTags, snapshotNameOf } from "../../shared/backup/snapshot-tags.ts";

const VM_ID = `/subscriptions/s/resourceGroups/${"long-group-".repeat(30)}/providers/Microsoft.Compute/virtualMachines/vm`;

it("reads what it wrote", () => {
  const tags = newTags("incident-1", VM_ID, "2026-03-11T00:00:00.000Z");

  expect(readTags(tags)).toEqual({
    incidentId: "incident-1",
    expiresAt: "2026-03-11T00:00:00.000Z",
    closed: false,
  });
});

it("keeps every value within Azure's 256 characters, and hides the VM's id", () => {
  const values = Object.values(newTags("incident-1", VM_ID, "2026-03-11T00:00:00.000Z"));

  expect(Math.max(...values.map((value) => value.length))).toBeLessThanOrEqual(256);
  expect(values.join(" ")).not.toContain("long-group");
});

it("knows a VM by its id in any letter case", () => {
  expect(newTags("i", VM_ID.toUpperCase(), "x")).toEqual(newTags("i", VM_ID.toLowerCase(), "x"));
});

it.each([
  ["of nobody", undefined],
  ["of another program", { createdBy: "backup-tool", incidentId: "incident-1" }],
  ["that only name an incident", { incidentId: "incident-1" }],
])("sees no incident of ours in tags %s", (_whose, tags) => {
  expect(readTags(tags).incidentId).toBeNull();
});

it("sees that a run has closed its snapshot", () => {
  const tags = { ...newTags("incident-1", VM_ID, "x"), closed: "2026-03-04T10:00:00Z" };

  expect(readTags(tags).closed).toBe(true);
});

test.prop([string({ minLength: 1 }), string({ minLength: 1, maxLength: 64 })])(
  "names a snapshot as Azure allows, the same each time",
  (incidentId, vmName) => {
    const name = snapshotNameOf(incidentId, vmName);

    expect(name).toMatch(/^[A-Za-z0-9_-]{1,80}$/u);
    expect(snapshotNameOf(incidentId, vmName)).toBe(name);
  },
);

it("shortens the longest name that a VM can have", () => {
  expect(snapshotNameOf("incident-1", "v".repeat(64)).length).toBeLessThanOrEqual(80);
});

it("gives each incident its own name", () => {
  expect(snapshotNameOf("incident-1", "vm")).not.toBe(snapshotNameOf("incident-2", "vm"));
});
