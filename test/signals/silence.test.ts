import { describe, expect, it } from "vitest";

import type { Incident } from "../../shared/domain/incident.ts";
import type { OutcomeKind } from "../../shared/domain/outcome.ts";
import { isLookedAt, silenceSignal } from "../../shared/signals/silence.ts";
import { anIncident, VM_ID } from "../builders.ts";

const MINUTE = 29_000_000;
const SILENCE = {
  vmId: VM_ID.toLowerCase(),
  firstMinute: MINUTE - 30,
  lastMinute: MINUTE,
  rounds: 3,
  raised: 0,
};
const TIME = { minute: MINUTE, roundMinutes: 15 };

function at(minute: number): string {
  return new Date(minute * 60_000).toISOString();
}

function anEnd(kind: OutcomeKind, minute: number, parts: Partial<Incident> = {}): Incident {
  return anIncident({
    openedAt: at(minute - 5),
    closedAt: at(minute),
    outcome: { kind, code: "c", message: "m", nextStep: "", remarks: [] },
    ...parts,
  });
}

describe("a silence is looked at", () => {
  it.each<[string, Incident]>([
    ["while its run goes on", anIncident({ openedAt: at(MINUTE - 2) })],
    ["once a person was called", anEnd("needsHuman", MINUTE - 10)],
    ["once a run refused", anEnd("refused", MINUTE - 10)],
    ["once a run put everything back", anEnd("rolledBack", MINUTE - 10)],
    ["if the run ended after the last round that was answered", anEnd("needsHuman", MINUTE - 44)],
  ])("%s", (_title, incident) => {
    expect(isLookedAt(SILENCE, [incident], TIME)).toBe(true);
  });

  it.each<[string, readonly Incident[]]>([
    ["by nothing", []],
    ["by a heal that did not last", [anEnd("healed", MINUTE - 10)]],
    ["by a run that found nothing wrong", [anEnd("healthy", MINUTE - 10)]],
    ["by a run that could not go on", [anEnd("failed", MINUTE - 10)]],
    ["by a dry run", [anEnd("needsHuman", MINUTE - 10, { mode: "dryRun" })]],
    ["by a run that ended before it began", [anEnd("needsHuman", MINUTE - 46)]],
    ["by a run that was lost more than a day ago", [anIncident({ openedAt: at(MINUTE - 1441) })]],
  ])("not %s", (_title, incidents) => {
    expect(isLookedAt(SILENCE, incidents, TIME)).toBe(false);
  });

  it("for a day only", () => {
    const long = { ...SILENCE, firstMinute: MINUTE - 3000 };

    expect(isLookedAt(long, [anEnd("needsHuman", MINUTE - 1439)], TIME)).toBe(true);
    expect(isLookedAt(long, [anEnd("needsHuman", MINUTE - 1440)], TIME)).toBe(false);
  });
});

describe("the signal of a silence", () => {
  const signal = silenceSignal(SILENCE, at(MINUTE));

  it("is pending, for its VM, and may change things", () => {
    expect(signal).toMatchObject({
      source: "probeRound",
      vmId: VM_ID.toLowerCase(),
      nicId: null,
      mode: "heal",
      state: { kind: "pending" },
    });
  });

  it.each([
    ["the same while more rounds pass", { rounds: 5, lastMinute: MINUTE + 30 }, true],
    ["another one for another silence", { firstMinute: MINUTE }, false],
    ["another one once it was raised", { raised: 1 }, false],
    ["another one for another VM", { vmId: `${VM_ID.toLowerCase()}-b` }, false],
  ])("is %s", (_title, change, same) => {
    const other = silenceSignal({ ...SILENCE, ...change }, at(MINUTE + 30));

    expect(other.id === signal.id).toBe(same);
  });
});
