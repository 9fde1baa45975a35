import { expect, it } from "vitest";

import { inParallel } from "../../shared/domain/in-parallel.ts";

it("does each once, few at a time, and gives the results in the order of the items", async () => {
  let running = 0;
  let most = 0;
  const items = Array.from({ length: 20 }, (_, index) => index);

  const results = await inParallel(items, 3, async (item) => {
    running++;
    most = Math.max(most, running);
    for (let turns = 0; turns < 20 - item; turns++) {
      await Promise.resolve();
    }
    running--;
    return item * 2;
  });

  expect(results).toEqual(items.map((item) => item * 2));
  expect(most).toBe(3);
});

it("has nothing to do for no items, and throws the first failure", async () => {
  expect(await inParallel([], 3, async (item) => await Promise.resolve(item))).toEqual([]);
  await expect(
    inParallel([1, 2], 1, async (item) => await Promise.reject(new Error(`no ${item}`))),
  ).rejects.toThrow("no 1");
});
