import { existsSync, readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { ARM_ROUTES } from "../../local/simulator/arm/arm-routes.ts";
import { GROUPS, ROLE } from "./role.ts";

const ROOT = new URL("../../", import.meta.url);
const PAGE = readFileSync(new URL("docs/rights.md", ROOT), "utf8");

/** The cells of a section's first table, without its heading. */
function tableUnder(heading: string): readonly (readonly string[])[] {
  const [section = ""] = PAGE.split(`\n${heading}\n`)[1]?.split("\n## ") ?? [];
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function plain(cell: string | undefined): string {
  return (cell ?? "").replaceAll("`", "");
}

/** Whether a cell names files, all of which there are. */
function areThere(cell: string | undefined): boolean {
  const files = plain(cell).split(", ");
  return files.every((file) => file.endsWith(".ts") && existsSync(new URL(file, ROOT)));
}

describe("the page on rights", () => {
  it.each(GROUPS)("names the actions of the group %s, each with files that are there", (group) => {
    const rows = tableUnder(`## \`${group}\``);

    expect(rows.map(([action]) => plain(action))).toEqual(ROLE[group]);
    expect(rows.filter((row) => row.length !== 4 || row.includes(""))).toEqual([]);
    expect(rows.filter(([, files]) => !areThere(files))).toEqual([]);
  });

  it("gives the source of each right that no request names by its path", () => {
    const asked = new Set(ARM_ROUTES.map(({ action }) => action));
    const linked = GROUPS.flatMap((group) => ROLE[group]).filter((action) => !asked.has(action));

    const rows = tableUnder("## Linked rights");

    expect(rows.map(([action]) => plain(action)).toSorted()).toEqual(linked.toSorted());
    expect(rows.every(([, wanted, source]) => wanted !== "" && source !== "")).toBe(true);
  });
});
