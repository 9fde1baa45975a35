import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it, vi } from "vitest";

import { LOG_EVENTS } from "../../../functions/telemetry/log-events.ts";
import { logOf } from "../../../functions/telemetry/log.ts";

const FUNCTIONS = "functions";

/** A call that writes to a log, whatever it is called on. */
const LOG_CALL = /\b(?:context|console)\s*\.\s*(?:trace|debug|info|log|warn|error)\b/u;

const sources = readdirSync(FUNCTIONS, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => path.posix.join(FUNCTIONS, name.replaceAll("\\", "/")));

describe("the log", () => {
  it("is written to by the catalogue's own function, and by nothing else", () => {
    const bypassing = sources.filter((file) => LOG_CALL.test(readFileSync(file, "utf8")));

    expect(sources).toContain("functions/activities/register.ts");
    expect(bypassing).toEqual([]);
  });

  it.each(['context.info("x")', "context\n  .warn(`x`)", "console.error(e)", "context.log(1)"])(
    "is recognised in %j",
    (source) => {
      expect(LOG_CALL.test(source)).toBe(true);
    },
  );

  it("gets an event's constant text, with its id and values apart", () => {
    const warn = vi.fn<(...values: unknown[]) => void>();
    const unused = vi.fn<(...values: unknown[]) => void>();

    const fields = { activity: "probe", code: "throttled", message: "Azure said 429." };
    logOf({ info: unused, warn, error: unused })("activityFailed", fields);

    expect(warn.mock.calls).toEqual([["activity failed", { eventId: "SIR102", ...fields }]]);
  });
});

describe("the catalogue of log events", () => {
  const events = Object.values(LOG_EVENTS);

  it("gives each event an id and a text of its own", () => {
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(new Set(events.map(({ message }) => message)).size).toBe(events.length);
  });

  it("is what docs/telemetry.md shows", () => {
    const rows = readFileSync("docs/telemetry.md", "utf8")
      .split("\n")
      .filter((line) => line.startsWith("| SIR"))
      .map((line) =>
        line
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );

    expect(rows).toEqual(
      events.map(({ id, level, message, fields, meaning, nextStep }) => [
        id,
        level,
        message,
        fields.map((field) => `\`${field}\``).join(", "),
        meaning,
        nextStep,
      ]),
    );
  });
});
