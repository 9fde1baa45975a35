import { describe, expect, it } from "vitest";

import type { RestoreAnswer } from "../../shared/guest/restore-envelope.ts";
import { concludeRestore, concludeRestoreReading } from "../../shared/proof/conclude-restore.ts";
import { aGuestAdapter, guestRead, guestUnreadable } from "../builders.ts";

const addresses = [{ ip: "10.71.4.20", prefixLength: 24 }];
const restored = aGuestAdapter({ dhcp: false, addresses });
const expected = { incidentId: "inc-1", adapter: aGuestAdapter(), addresses };

function anAnswer(overrides: Partial<Extract<RestoreAnswer, { kind: "answer" }>>): RestoreAnswer {
  return {
    kind: "answer",
    exit: "static-restored",
    before: aGuestAdapter(),
    after: restored,
    deadManTask: "gone",
    netshText: null,
    message: "Said.",
    ...overrides,
  };
}

describe("the answer of the way back", () => {
  it.each([
    ["static-restored", "restored"],
    ["already-static", "restored"],
    ["drifted", "untouched"],
    ["no-dead-man", "untouched"],
    ["not-in-force-undone", "undone"],
    ["restore-failed", "unknown"],
  ] as const)("%s means %s", (exit, kind) => {
    expect(concludeRestore(anAnswer({ exit }), expected)).toEqual({
      kind,
      code: exit,
      message: "Said.",
    });
  });

  it.each<[string, RestoreAnswer]>([
    ["an armed task", anAnswer({ deadManTask: "armed" })],
    [
      "other addresses than wanted",
      anAnswer({ after: aGuestAdapter({ dhcp: false, addresses: [] }) }),
    ],
    ["DHCP", anAnswer({ after: aGuestAdapter() })],
    ["no adapter", anAnswer({ after: null })],
    ["no answer", { kind: "unreadable", code: "no-envelope", message: "Cut." }],
  ])("is never taken for an end with %s", (_title, answer) => {
    expect(concludeRestore(answer, expected).kind).toBe("unknown");
  });
});

describe("a reading after a lost answer", () => {
  it.each([
    ["the addresses are there", guestRead({ adapters: [restored] }), false, "restored"],
    ["DHCP is on, and no script can come any more", guestRead(), true, "undone"],
    ["DHCP is on, but a script may still come", guestRead(), false, null],
    ["the task is armed", guestRead({ adapters: [restored], deadManTasks: ["inc-1"] }), true, null],
    [
      "something else is set",
      guestRead({ adapters: [aGuestAdapter({ dhcp: false, addresses: [] })] }),
      true,
      null,
    ],
    ["the adapter is gone", guestRead({ adapters: [] }), true, null],
    ["Windows cannot be read", guestUnreadable(), true, null],
  ] as const)("says what it shows: %s", (_title, reading, expired, kind) => {
    expect(concludeRestoreReading(reading, expected, expired)?.kind ?? null).toBe(kind);
  });
});
