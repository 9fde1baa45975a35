import { describe, expect, it } from "vitest";

import { RESTART_CHECKS, restartVerdict } from "../../shared/diagnosis/restart-verdict.ts";
import type { RestartFacts, UnreadFacts } from "../../shared/domain/restart.ts";

const LIMITS = { unreadSilenceSeconds: 900, unreadUptimeSeconds: 1200 };
const WELL = { state: "Available", userInitiated: false, summary: "", since: null } as const;

function unread(overrides: Partial<UnreadFacts> = {}): UnreadFacts {
  return {
    silentSeconds: 900,
    upSeconds: 1200,
    lastStart: "its making",
    platform: WELL,
    ...overrides,
  };
}

function facts(overrides: Partial<RestartFacts> = {}): RestartFacts {
  return { silentTogether: 5, writesByOthers: [], notTold: "", unread: unread(), ...overrides };
}

/** For each row: facts to which it applies, and facts that just escape it. */
const ROWS: readonly (readonly [string, Partial<RestartFacts>, Partial<RestartFacts>])[] = [
  ["common-cause", { silentTogether: 6 }, { silentTogether: 5 }],
  [
    "nic-changed-by-others",
    { writesByOthers: ["2026-03-02T08:00:00.000Z"] },
    { writesByOthers: [] },
  ],
  [
    "activity-log-unreadable",
    { writesByOthers: null, notTold: "403" },
    { writesByOthers: null, notTold: "403", unread: null },
  ],
  ["activity-log-unreadable", { unread: unread({ upSeconds: null }) }, {}],
  [
    "platform-event",
    { unread: unread({ platform: { ...WELL, state: "Degraded" } }) },
    { unread: unread() },
  ],
  ["platform-event", { unread: unread({ platform: null }) }, { unread: null }],
];

describe("a restart", () => {
  it("may begin where nothing speaks against it", () => {
    expect(restartVerdict(facts(), LIMITS)).toEqual({ kind: "may", remarks: [] });
    expect(restartVerdict(facts({ unread: null }), LIMITS)).toEqual({ kind: "may", remarks: [] });
  });

  it.each(ROWS)("is refused by the row %s, and by nothing less", (code, yes, no) => {
    expect(restartVerdict(facts(yes), LIMITS)).toMatchObject({ kind: "refused", code });
    expect(restartVerdict(facts(no), LIMITS).kind).toBe("may");
  });

  it("is refused by every row that this table tests", () => {
    expect([...new Set(ROWS.map(([code]) => code))]).toEqual(RESTART_CHECKS.map((row) => row.code));
  });

  it("names the times at which others wrote the NIC", () => {
    const writesByOthers = ["2026-03-02T08:00:00.000Z", "2026-03-02T08:04:00.000Z"];

    expect(restartVerdict(facts({ writesByOthers }), LIMITS)).toMatchObject({
      message: expect.stringContaining(
        "written at 2026-03-02T08:00:00.000Z, 2026-03-02T08:04:00.000Z, not by this program",
      ) as unknown,
    });
  });

  it("of a guest that was read goes on without the log, with a remark", () => {
    const verdict = restartVerdict(
      facts({ writesByOthers: null, notTold: "Cannot read the Activity Log.", unread: null }),
      LIMITS,
    );

    expect(verdict).toEqual({
      kind: "may",
      remarks: [expect.stringContaining("Cannot read the Activity Log.") as unknown],
    });
  });

  it.each([
    ["the silence is too short", { silentSeconds: 300 }, 600, "not-silent-long"],
    ["the VM started lately", { upSeconds: 60 }, 1140, "started-lately"],
    ["both", { silentSeconds: 10, upSeconds: 1000 }, 890, "started-lately"],
    ["a part of a second is missing", { silentSeconds: 899.2 }, 1, "not-silent-long"],
  ])("of a guest that nobody could read waits where %s", (_why, parts, seconds, code) => {
    expect(restartVerdict(facts({ unread: unread(parts) }), LIMITS)).toMatchObject({
      kind: "wait",
      seconds,
      code,
    });
  });
});
