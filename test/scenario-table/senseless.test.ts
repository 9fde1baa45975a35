import { describe, expect, it } from "vitest";

import { everyCombination, type Combination } from "./combinations.ts";
import { groupsOf, tableRows } from "./rows.ts";
import { mayBeRestarted, whySenseless } from "./senseless.ts";

/** The true fault: Windows has a wrong address, and so its agent is silent. */
function aCombination(change: Partial<Combination> = {}): Combination {
  return {
    diagnosis: "static-mismatch",
    agent: "silent",
    console: "on",
    nics: "one",
    addresses: "one",
    allocation: "Dynamic",
    probe: "silent",
    ...change,
  };
}

describe("a combination of the table", () => {
  it.each<[string, Partial<Combination>]>([
    ["the true fault", {}],
    ["the true fault without a console", { console: "off" }],
    ["the true fault with somebody at the console", { console: "in use" }],
    ["a right Windows without an agent", { diagnosis: "healthy", probe: "answers" }],
    ["a disabled second adapter", aSecond({ diagnosis: "adapter-disabled", agent: "ready" })],
  ])("is kept: %s", (_what, change) => {
    expect(whySenseless(aCombination(change))).toBeNull();
  });

  it.each<[Partial<Combination>, string]>([
    [{ addresses: "several" }, "one IP configuration"],
    [{ diagnosis: "static-multi-address" }, "several IP configurations"],
    [{ probe: "answers" }, "RDP cannot answer"],
    [{ diagnosis: "adapter-missing", agent: "ready" }, "the agent reaches nobody"],
    [aSecond({ diagnosis: "guest-unreadable", agent: "ready" }), "unreadable as a whole"],
    [aSecond({ diagnosis: "lease-stale" }), "but what the console lists"],
    [{ agent: "ready", console: "off" }, "while the agent reports"],
    [{ probe: "unknown", console: "in use" }, "surely silent"],
    [{ diagnosis: "healthy", allocation: "Static" }, "only a NIC reset"],
  ])("is left out: %o", (change, why) => {
    expect(whySenseless(aCombination(change))).toContain(why);
  });

  it("is in exactly one group, and restarts never more than five to a host", () => {
    const rows = tableRows();

    const groups = groupsOf(rows);

    expect(groups.flat().toSorted(byText)).toEqual(rows.toSorted(byText));
    expect(Math.max(...groups.map((group) => group.filter(mayBeRestarted).length))).toBe(5);
    expect(rows.length).toBeLessThan(everyCombination().length / 5);
  });
});

function aSecond(change: Partial<Combination>): Partial<Combination> {
  return { nics: "second of two", probe: "silent", ...change };
}

function byText(one: Combination, other: Combination): number {
  return JSON.stringify(one).localeCompare(JSON.stringify(other));
}
