import { describe, expect, it } from "vitest";

import { everyCombination, nameOf } from "./combinations.ts";
import { differences } from "./expected.ts";
import { sizeText } from "./print.ts";
import { tableRows } from "./rows.ts";
import { whySenseless } from "./senseless.ts";
import { runTable } from "./table.ts";

describe("the table of scenarios", () => {
  it("has each combination that makes sense once, and a reason for each that is left out", () => {
    const combinations = everyCombination();
    const rows = tableRows();

    expect(new Set(combinations.map(nameOf)).size).toBe(combinations.length);
    expect(rows.length + combinations.filter((each) => whySenseless(each) !== null).length).toBe(
      combinations.length,
    );
  });

  it("ends everywhere as expected (when it is meant not to: npm run scenarios -- --update)", async () => {
    const startedAt = performance.now();

    const rows = await runTable();

    process.stdout.write(`${sizeText(rows, (performance.now() - startedAt) / 1000)}\n`);
    expect(differences(rows)).toEqual([]);
    expect(rows.filter(({ ours }) => ours.verdict === "left broken")).toEqual([]);
  }, 900_000);
});
