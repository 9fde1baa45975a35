import { describe, expect, it } from "vitest";

import { nextOccurrence, parseSchedule } from "../../local/host/schedule.ts";

describe("a schedule", () => {
  it.each([
    ["0 */5 * * * *", "2026-03-04T10:17:30.500Z", "2026-03-04T10:20:00.000Z"],
    ["0 */5 * * * *", "2026-03-04T10:20:00.000Z", "2026-03-04T10:25:00.000Z"],
    ["*/15 * * * * *", "2026-03-04T10:59:46.000Z", "2026-03-04T11:00:00.000Z"],
    ["30 0 22 * * *", "2026-03-04T22:00:30.000Z", "2026-03-05T22:00:30.000Z"],
    ["0 0 9-17/4 * * 1-5", "2026-03-06T17:30:00.000Z", "2026-03-09T09:00:00.000Z"],
    ["0 0 0 29 2 *", "2026-03-01T00:00:00.000Z", "2028-02-29T00:00:00.000Z"],
    ["0 0 0 1,15 * *", "2026-12-15T00:00:00.000Z", "2027-01-01T00:00:00.000Z"],
    ["0 10/20 * * * *", "2026-03-04T10:30:00.000Z", "2026-03-04T10:50:00.000Z"],
    ["*/10 * * * *", "2026-03-04T10:01:00.000Z", "2026-03-04T10:10:00.000Z"],
  ])("%s fires after %s at %s", (expression, now, next) => {
    const found = nextOccurrence(parseSchedule(expression), new Date(now));

    expect(found?.toISOString()).toBe(next);
  });

  it("that never comes has no next time", () => {
    expect(nextOccurrence(parseSchedule("0 0 0 31 2 *"), new Date(0))).toBeUndefined();
  });

  it.each([
    "",
    "* * * *",
    "60 * * * * *",
    "* * * 0 * *",
    "5-1 * * * * *",
    "*/0 * * * * *",
    "0 0 0 * JAN *",
    "%EVERY%",
    "* * * * * 7",
  ])("'%s' is refused", (expression) => {
    expect(() => parseSchedule(expression)).toThrow(
      `Cannot read the timer schedule '${expression}'.`,
    );
  });
});
