import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const page = readFileSync(join(ROOT, "docs/security.md"), "utf8");

/** The rows of the tables of what an attacker can and cannot do, with the tests that show it. */
const claims = page
  .split("\n")
  .filter((line) => line.startsWith("| ") && line.split("|").length === 6 && !/^\| -+/u.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .filter(([, , , , shown]) => shown !== "shown by")
  .map(([, , can = "", cannot = "", shown = ""]) => ({
    claim: cannot === "" ? can : cannot,
    shown,
  }));

const named = claims.flatMap(({ shown }) =>
  [...shown.matchAll(/`(?<file>test\/[^`]+)` "(?<title>[^"]+)"/gu)].map(({ groups }) => ({
    file: groups?.["file"] ?? "",
    title: groups?.["title"] ?? "",
  })),
);

describe("the threat model", () => {
  it("names many claims", () => {
    expect(claims.length).toBeGreaterThan(30);
  });

  it.each(claims)("shows by a test: $claim", ({ shown }) => {
    expect(shown).toMatch(/^`test\/[^`]+\.test\.ts` "[^"]+"/u);
  });

  it.each(named)("names a test that there is: $file $title", ({ file, title }) => {
    const path = join(ROOT, file);

    expect(existsSync(path)).toBe(true);
    expect(readFileSync(path, "utf8")).toContain(title);
  });
});
