import { describe, expect, it } from "vitest";
import type { z } from "zod";

import { environment } from "../../shared/settings/environment.ts";
import { quotedIn, tablesOf } from "./markdown.ts";

/** Read by the command line itself, and no setting of the program. */
const OF_THE_COMMAND_LINE = ["REMEDIATOR_HOST_KEY"];

const UNITS: Readonly<Record<string, string>> = { SECONDS: "s", MINUTES: "min", DAYS: "days" };

const [table, ...others] = tablesOf("docs/operations.md").filter(
  ({ columns }) => columns[0] === "variable",
);
const rows = table?.rows ?? [];

describe("the table of settings in docs/operations.md", () => {
  it("has one row for each variable that is read, and none for another one", () => {
    const names = [...Object.keys(environment.shape), ...OF_THE_COMMAND_LINE];

    expect(others).toEqual([]);
    expect(rows.map(([name = ""]) => name).toSorted()).toEqual(
      names.map((name) => `\`${name}\``).toSorted(),
    );
  });

  it.each(Object.entries<z.ZodType>(environment.shape))(
    "says the default of %s",
    (name, schema) => {
      expect(defaultIn(rowOf(name))).toBe(defaultOf(schema));
    },
  );

  it.each(Object.keys(environment.shape))("says the unit of %s, and what it means", (name) => {
    const [, unit, , meaning] = rowOf(name);

    expect(unit).toBe(unitOf(name));
    expect(meaning).not.toBe("");
  });
});

function rowOf(name: string): readonly string[] {
  return rows.find(([first]) => first === `\`${name}\``) ?? [];
}

/** What stands first: "`observe`; on one machine: `heal`". */
function defaultIn([, , text = ""]: readonly string[]): string {
  const [quoted] = quotedIn(text);
  return text.startsWith("`") ? (quoted ?? "") : (text.split(/[:;]/u)[0] ?? "");
}

function defaultOf(schema: z.ZodType): string {
  const { data } = schema.safeParse(undefined);
  const empty = data === undefined || data === "" || (Array.isArray(data) && data.length === 0);
  return empty ? "none" : JSON.stringify(data).replaceAll('"', "");
}

function unitOf(name: string): string {
  return name.endsWith("_PER_MINUTE") ? "per min" : (UNITS[name.split("_").at(-1) ?? ""] ?? "–");
}
