import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";

import { countSilentRound } from "../../../functions/activities/silences.ts";
import { openSqliteStore } from "../../../shared/incidents/sqlite/sqlite-store.ts";
import type { IncidentStore } from "../../../shared/incidents/store.ts";
import { anIncident, VM_ID } from "../../builders.ts";
import { aStore } from "./a-store.ts";

const VM = VM_ID.toLowerCase();
const MINUTE = 29_000_000;

async function silentIn(store: IncidentStore, ...minutes: readonly number[]): Promise<boolean[]> {
  const raised: boolean[] = [];
  for (const minute of minutes) {
    raised.push(await countSilentRound(store, VM, { minute, roundMinutes: 10 }));
  }
  return raised;
}

/** The store, up to the moment when a raising is put on record. */
function dyingAtTheMark(store: IncidentStore): IncidentStore {
  return new Proxy(store, {
    get(target, name) {
      if (name === "markRaised") {
        return async () => await Promise.reject(new Error("power cut"));
      }
      const part: unknown = Reflect.get(target, name, target);
      return typeof part === "function" ? (part.bind(target) as unknown) : part;
    },
  });
}

describe("silent rounds", () => {
  it("raise one signal in the third, and no second one before three more", async () => {
    const store = await aStore();

    const raised = await silentIn(store, ...[1, 2, 3, 4, 5, 6].map((n) => MINUTE + n * 10));

    expect(raised).toEqual([false, false, true, false, false, true]);
    expect(await store.pendingSignals(VM)).toHaveLength(2);
  });

  it("raise none while people know of the silence", async () => {
    const store = await aStore();
    const openedAt = new Date((MINUTE + 25) * 60_000).toISOString();
    await store.openIncident(anIncident({ openedAt }));

    const raised = await silentIn(store, MINUTE + 10, MINUTE + 20, MINUTE + 30, MINUTE + 40);

    expect(raised).toEqual([false, false, false, false]);
    expect(await store.pendingSignals(VM)).toEqual([]);
  });

  it("raise no second signal where the first one was stored and the host died then", async () => {
    const store = await aStore();
    await silentIn(store, MINUTE, MINUTE + 10);
    const time = { minute: MINUTE + 20, roundMinutes: 10 };
    await expect(countSilentRound(dyingAtTheMark(store), VM, time)).rejects.toThrow("power cut");

    const raised = await silentIn(store, MINUTE + 20, MINUTE + 30);

    expect(raised).toEqual([true, false]);
    expect(await store.pendingSignals(VM)).toHaveLength(1);
  });

  const said = fc.constantFrom("silent", "silent", "answers", "unknown");
  test.prop([fc.array(fc.record({ said, repeats: fc.integer({ min: 1, max: 3 }) }))])(
    "raise a signal for each three in a row, however often each is recorded",
    async (rounds) => {
      const store = await openSqliteStore(":memory:");
      let inARow = 0;
      let expected = 0;

      for (const [index, round] of rounds.entries()) {
        if (round.said === "answers") {
          await store.endSilences([VM]);
          inARow = 0;
        } else if (round.said === "silent") {
          await silentIn(store, ...Array.from({ length: round.repeats }, () => MINUTE + index));
          inARow += 1;
          expected += inARow % 3 === 0 ? 1 : 0;
        }
      }

      expect(await store.pendingSignals(VM)).toHaveLength(expected);
      await store.close();
    },
  );
});
