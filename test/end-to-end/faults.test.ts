import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { runOneByOne, runSideBySide, startFaultFleet } from "./fault-fleet.ts";
import type { FaultRow, RowEnd } from "./fault-row.ts";
import { AZURE_ROWS, SOLO_ROWS } from "./fault-rows-azure.ts";
import { GUEST_ROWS, PROBE_ROWS } from "./fault-rows-guest.ts";
import { HEALTH_ROWS, LOCK_ROWS } from "./fault-rows-hindrances.ts";
import { MANAGED_ROWS } from "./fault-rows-managed.ts";
import { LINGERING_ROWS, READ_ROWS } from "./fault-rows-read.ts";
import { SNAPSHOT_ROWS } from "./fault-rows-snapshot.ts";
import { MEDDLING_ROWS, NEW_MAC_ROWS, SWITCH_ROWS } from "./fault-rows-switch.ts";
import type { Fleet } from "./fleet.ts";

/** Those which wait longest come first. */
const ROWS = [
  ...GUEST_ROWS,
  ...MANAGED_ROWS,
  ...MEDDLING_ROWS,
  ...SWITCH_ROWS,
  ...READ_ROWS,
  ...SNAPSHOT_ROWS,
  ...PROBE_ROWS,
  ...AZURE_ROWS,
  ...HEALTH_ROWS,
];

/** What needs the fleet for itself, or a platform that works otherwise. */
const LONE_ROWS = [...LINGERING_ROWS, ...SOLO_ROWS, ...LOCK_ROWS, ...NEW_MAC_ROWS];

/** Longer than in other tests where many runs share two cores, and a late answer would be another fault. */
const SETTINGS = {
  REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1",
  REMEDIATOR_GUEST_READ_SECONDS: "9",
  REMEDIATOR_GUEST_SWITCH_SECONDS: "6",
  REMEDIATOR_DEAD_MAN_SECONDS: "24",
};

describe("faults", () => {
  const fleets: Fleet[] = [];
  const ends = new Map<FaultRow, RowEnd>();

  async function play(
    rows: readonly FaultRow[],
    how: "side by side" | "one by one",
    settings: Readonly<Record<string, string>>,
  ): Promise<void> {
    const fleet = await startFaultFleet(rows, settings, how);
    fleets.push(fleet);
    const run = how === "side by side" ? runSideBySide : runOneByOne;
    for (const end of await run(fleet, rows)) {
      ends.set(end.row, end);
    }
  }

  beforeAll(async () => {
    await Promise.all([
      play(ROWS, "side by side", SETTINGS),
      play(LONE_ROWS, "one by one", { ...SETTINGS, REMEDIATOR_PROBE_COUNT: "1" }),
    ]);
  }, 150_000);

  afterAll(async () => {
    await Promise.all(fleets.map(async (fleet) => await fleet.close()));
  });

  it.each([...ROWS, ...LONE_ROWS].map((row) => [row.title, row] as const))("%s", (_title, row) => {
    const end = ends.get(row);

    expect(end?.left).toEqual(row.left);
    expect(end?.missed).toEqual([]);
    expect(end?.words).toContain(row.says ?? "");
    expect(trouble(end?.words)).toBe(trouble(row.says));
  });

  it("changes no guest before its snapshot is there", () => {
    const kinds = [...ends.values()].map(({ log }) => log.effects.map(({ kind }) => kind));
    const switched = kinds.filter((effects) => effects.includes("dhcpSwitched"));

    const tooEarly = switched.filter(
      (effects) => !effects.slice(0, effects.indexOf("dhcpSwitched")).includes("snapshotCreated"),
    );

    expect(switched.length).toBeGreaterThan(0);
    expect(tooEarly).toEqual([]);
  });
});

/** Whether it says that a snapshot could not be ended: only rows that expect it may. */
function trouble(words = ""): boolean {
  return /could not be (?:deleted|marked as closed)/u.test(words);
}
