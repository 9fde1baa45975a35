import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Inventory } from "../../shared/facts/inventory.ts";
import { keepInventory } from "../../shared/facts/keep-inventory.ts";

const START = new Date("2026-03-04T10:00:00.000Z");

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: START });
});

afterEach(() => {
  vi.useRealTimers();
});

/** Each reading gives an inventory of its own, with its number as time. */
function aSource(failing: readonly number[] = []): {
  read: () => Promise<Inventory>;
  readings: () => number;
} {
  let readings = 0;
  return {
    readings: () => readings,
    read: async () => {
      readings++;
      const number = readings;
      await Promise.resolve();
      if (failing.includes(number)) {
        throw new Error(`reading ${number} failed`);
      }
      return { readAt: `${number}`, vms: [], unseen: [] };
    },
  };
}

function later(seconds: number): void {
  vi.setSystemTime(START.getTime() + seconds * 1000);
}

it("shares one reading among all who ask at the same time", async () => {
  const { read, readings } = aSource();
  const inventoryOf = keepInventory(read);

  const given = await Promise.all(Array.from({ length: 50 }, async () => await inventoryOf(60)));

  expect(readings()).toBe(1);
  expect(new Set(given).size).toBe(1);
});

it("gives the kept one while it is young enough for who asks, and else reads anew", async () => {
  const inventoryOf = keepInventory(aSource().read);
  await inventoryOf(300);

  later(60);
  const young = await inventoryOf(60);
  later(61);
  const oldButWanted = await inventoryOf(300);
  const fresh = await inventoryOf(60);

  expect([young, oldButWanted, fresh].map(({ readAt }) => readAt)).toEqual(["1", "1", "2"]);
});

it("forgets a failed reading, which all who asked see", async () => {
  const inventoryOf = keepInventory(aSource([1]).read);

  const first = await Promise.allSettled([inventoryOf(300), inventoryOf(300)]);
  const next = await inventoryOf(300);

  expect(first.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(next.readAt).toBe("2");
});
