import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";

import type { RunScope, Signal } from "../../shared/domain/signal.ts";
import { answeredBy, purposeOf } from "../../shared/signals/purpose.ts";
import { aSignal, NIC_ID, VM_ID } from "../builders.ts";

const anOperator = { source: "operator", readGuest: true } as const;
const aWrite = { source: "nicChanged", nicId: NIC_ID.toLowerCase() } as const;

/** Signals of one VM in the order in which they were stored, as triggers make them. */
const pendingSignals = fc
  .array(
    fc.oneof(
      fc.record({
        source: fc.constantFrom("alert" as const, "probeRound" as const),
        readGuest: fc.constant(false),
      }),
      fc.record({
        source: fc.constant("nicChanged" as const),
        readGuest: fc.constant(false),
        nicId: fc.constantFrom(NIC_ID.toLowerCase(), `${NIC_ID.toLowerCase()}-b`),
      }),
      fc.record({
        source: fc.constant("operator" as const),
        readGuest: fc.boolean(),
        mode: fc.constantFrom("heal" as const, "dryRun" as const),
      }),
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((kinds) =>
    kinds.map((kind, index) =>
      aSignal({ ...kind, id: `sig-${index}`, receivedAt: `2026-03-02T08:04:0${index}.000Z` }),
    ),
  );

function scopeOf(pending: readonly Signal[], more: Partial<RunScope> = {}): RunScope {
  const purpose = purposeOf(pending);
  if (purpose === null) {
    throw new TypeError("A scope needs at least one signal.");
  }
  return { vmId: VM_ID, purpose, factsReadAt: null, guestVisited: false, ...more };
}

describe("what a run is for", () => {
  it("is for nothing without a signal", () => {
    expect(purposeOf([])).toBeNull();
  });

  it.each([
    ["an alert", {}, { operator: false, alerted: true, readGuest: true, nicWrittenAt: null }],
    ["probe rounds", { source: "probeRound" }, { operator: false, alerted: true }],
    ["an operator", anOperator, { operator: true, alerted: true, readGuest: true }],
    [
      "an operator who wants no guest visit",
      { ...anOperator, readGuest: false, mode: "dryRun" },
      { mode: "dryRun", operator: true, readGuest: false },
    ],
    [
      "a NIC write",
      aWrite,
      {
        operator: false,
        alerted: false,
        readGuest: true,
        nicId: NIC_ID.toLowerCase(),
        nicWrittenAt: "2026-03-02T08:04:00.000Z",
      },
    ],
  ] as const)("says so for %s", (_title, signal, purpose) => {
    expect(purposeOf([aSignal(signal)])).toMatchObject(purpose);
  });

  it("takes the newest NIC write to settle after, and the first NIC named to probe", () => {
    const first = aSignal({ ...aWrite, id: "w-1", receivedAt: "2026-03-02T08:04:01.000Z" });
    const second = aSignal({ ...first, id: "w-2", receivedAt: "2026-03-02T08:04:02.000Z" });

    const purpose = purposeOf([aSignal(), first, { ...second, nicId: "/other" }]);

    expect(purpose).toMatchObject({
      nicWrittenAt: "2026-03-02T08:04:02.000Z",
      nicId: NIC_ID.toLowerCase(),
      nicIds: [null, NIC_ID.toLowerCase(), "/other"],
      signalIds: ["alert-0001", "w-1", "w-2"],
    });
  });

  it("leaves a request that reads the guest out of a run that must not", () => {
    const quiet = aSignal({ ...anOperator, id: "quiet", readGuest: false });
    const loud = aSignal({ ...anOperator, id: "loud" });

    expect(purposeOf([quiet, loud])).toMatchObject({ signalIds: ["quiet"], readGuest: false });
    expect(purposeOf([loud, quiet])).toMatchObject({ signalIds: ["loud"], readGuest: true });
  });

  it("fulfils the wishes of all that it finds, and answers late ones of the same kind", () => {
    const found = [
      aSignal(),
      aSignal({ ...anOperator, id: "pin", pinAddress: true }),
      aSignal({ ...anOperator, id: "console", console: true }),
    ];

    const scope = scopeOf(found, { guestVisited: true });

    const late = aSignal({ ...anOperator, id: "late", pinAddress: true, console: true });
    expect(scope.purpose).toMatchObject({ pinAddress: true, console: true });
    expect(answeredBy(late, scope)).toBe(true);
  });

  test.prop([pendingSignals])("is never for two modes, and is the oldest one's", (pending) => {
    const purpose = purposeOf(pending);

    const ids = new Set(purpose?.signalIds);
    const found = pending.filter(({ id }) => ids.has(id));
    expect(found[0]).toBe(pending[0]);
    expect(new Set(found.map(({ mode }) => mode))).toEqual(new Set([purpose?.mode]));
  });
});

describe("which signals a run answers", () => {
  test.prop([pendingSignals, fc.boolean(), fc.option(fc.constant("2026-03-02T08:04:04.500Z"))])(
    "answers at least what it found, so that runs come to an end",
    (pending, guestVisited, factsReadAt) => {
      const scope = scopeOf(pending, { guestVisited, factsReadAt });

      const answered = pending.filter((signal) => answeredBy(signal, scope)).map(({ id }) => id);

      expect(answered).toEqual(expect.arrayContaining([...scope.purpose.signalIds]));
      expect(answered).not.toEqual([]);
    },
  );

  test.prop([pendingSignals, pendingSignals, fc.boolean()])(
    "answers nothing of another mode",
    (found, late, guestVisited) => {
      const scope = scopeOf(found, { guestVisited, factsReadAt: "2026-03-02T09:00:00.000Z" });
      const later = late.map((signal) => ({ ...signal, id: `late-${signal.id}` }));

      const answered = later.filter((signal) => answeredBy(signal, scope));

      expect(answered.every(({ mode }) => mode === scope.purpose.mode)).toBe(true);
    },
  );

  it.each([
    ["a late alert", {}, {}, true],
    ["late probe rounds", { source: "probeRound" }, {}, true],
    ["a late alert, before anything was read", {}, { factsReadAt: null }, true],
    ["a late request, once the guest was visited", anOperator, { guestVisited: true }, true],
    ["a late request, without a visit", anOperator, {}, false],
    [
      "a late wish to pin the address, where the run knew of none",
      { ...anOperator, pinAddress: true },
      { guestVisited: true },
      false,
    ],
    [
      "a late wish for the console, where the run knew of none",
      { ...anOperator, console: true },
      { guestVisited: true },
      false,
    ],
    [
      "a late request for a rollback, in a heal",
      { ...anOperator, rollbackOf: "inc-1" },
      { guestVisited: true },
      false,
    ],
    [
      "a late request for no visit, although there was one",
      { ...anOperator, readGuest: false },
      { guestVisited: true },
      false,
    ],
    ["a dry run, in a heal", { mode: "dryRun" }, { guestVisited: true }, false],
    ["a NIC write before the facts were read", aWrite, { guestVisited: true }, true],
    ["a NIC write, where another NIC answered", aWrite, {}, false],
    [
      "an alert about a NIC, where another one answered",
      { nicId: NIC_ID.toLowerCase() },
      {},
      false,
    ],
    [
      "a NIC write at the moment when the facts were read",
      { ...aWrite, receivedAt: "2026-03-02T08:05:00.000Z" },
      { guestVisited: true },
      false,
    ],
    [
      "a NIC write after the facts were read",
      { ...aWrite, receivedAt: "2026-03-02T08:05:00.001Z" },
      { guestVisited: true },
      false,
    ],
    [
      "a NIC write, where no facts were read",
      aWrite,
      { guestVisited: true, factsReadAt: null },
      false,
    ],
  ] as const)("%s", (_title, late, more, expected) => {
    const scope = scopeOf([aSignal()], { factsReadAt: "2026-03-02T08:05:00.000Z", ...more });

    expect(answeredBy(aSignal({ id: "late", ...late }), scope)).toBe(expected);
  });
});
