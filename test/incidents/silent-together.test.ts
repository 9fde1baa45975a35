import { expect, it } from "vitest";

import { silentTogether, togetherSince } from "../../shared/incidents/silent-together.ts";
import { VM_ID } from "../builders.ts";

const NOW = "2026-03-02T09:00:00.000Z";

function at(minutes: number): string {
  return new Date(Date.parse(NOW) + minutes * 60_000).toISOString();
}

function count(minutes: readonly number[], since: string | null): number {
  const silences = minutes.map((minute, n) => ({ vmId: `vm-${n}`, since: at(minute) }));
  return silentTogether(silences, { vmId: VM_ID, since, now: NOW });
}

it("counts the VM itself, also where it is not among the silences, and once where it is", () => {
  const own = { vmId: VM_ID.toLowerCase(), since: at(0) };

  expect(count([], null)).toBe(1);
  expect(silentTogether([own], { vmId: VM_ID, since: own.since, now: NOW })).toBe(1);
});

it.each<[string, readonly number[], number | null, number]>([
  ["that fell silent in the last ten minutes", [-1, -9, -10, -11], null, 4],
  [
    "that fell silent about when this one did, however long it waited",
    [-39, -21, -19, -41],
    -30,
    3,
  ],
  ["of a storm that began while this one waited", [-2, -3, -35], -30, 4],
])("counts VMs %s", (_title, minutes, since, expected) => {
  expect(count(minutes, since === null ? null : at(since))).toBe(expected);
});

it("counts a VM with several silences once", () => {
  const silences = [-1, -2].map((minute) => ({ vmId: "vm-a", since: at(minute) }));

  expect(silentTogether(silences, { vmId: VM_ID, since: null, now: NOW })).toBe(2);
});

it("needs the silences since ten minutes before its own", () => {
  expect(togetherSince(at(-30), NOW)).toBe(at(-40));
  expect(togetherSince(null, NOW)).toBe(at(-10));
});
