import { describe, expect, it } from "vitest";

import { inCoolDown } from "../../shared/incidents/cool-down.ts";
import { anIncident } from "../builders.ts";
import { anEntry } from "./ledger-entry.ts";

const NOW = "2026-03-02T09:00:00.000Z";

describe("the cool-down", () => {
  it.each([
    ["holds right after a change", "2026-03-02T09:00:00.000Z", true],
    ["holds until just before its end", "2026-03-02T08:30:00.001Z", true],
    ["is over at its end", "2026-03-02T08:30:00.000Z", false],
    ["is over long after", "2026-03-01T08:30:00.000Z", false],
    ["holds for a clock that is a little ahead", "2026-03-02T09:00:05.000Z", true],
    ["is not stretched by a clock that was far ahead", "2027-03-02T09:00:00.000Z", false],
  ])("%s", (_title, closedAt, expected) => {
    const changed = anIncident({ closedAt, ledger: [anEntry({ state: "done" })] });

    expect(inCoolDown([changed], NOW, 1800)).toBe(expected);
  });

  it("does not follow a run that changed nothing", () => {
    expect(inCoolDown([anIncident({ closedAt: NOW })], NOW, 1800)).toBe(false);
  });

  it("does not follow a run whose change was never made", () => {
    const untouched = anIncident({ closedAt: NOW, ledger: [anEntry({ state: "untouched" })] });

    expect(inCoolDown([untouched], NOW, 1800)).toBe(false);
  });

  it("does not start while the run is open", () => {
    expect(inCoolDown([anIncident({ ledger: [anEntry()] })], NOW, 1800)).toBe(false);
  });

  it("follows any of several runs", () => {
    const changed = anIncident({ closedAt: NOW, ledger: [anEntry({ state: "undone" })] });

    expect(inCoolDown([anIncident({ closedAt: NOW }), changed], NOW, 1800)).toBe(true);
    expect(inCoolDown([], NOW, 1800)).toBe(false);
  });

  it("can be switched off", () => {
    const changed = anIncident({ closedAt: NOW, ledger: [anEntry()] });

    expect(inCoolDown([changed], NOW, 0)).toBe(false);
  });
});
