import { SourceMap } from "node:module";

import { describe, expect, it } from "vitest";
import { z } from "zod";

import { keepOwnMappings } from "../../local/package/own-mappings.ts";

const mapSchema = z.looseObject({
  version: z.number(),
  sources: z.array(z.string()),
  mappings: z.string(),
});

/** Our file, a package, our other file; the first line has columns 0, 4 and 8, the second one 0 and 2. */
const MAP = JSON.stringify({
  version: 3,
  sources: ["../own/a.ts", "../node_modules/x/index.js", "../own/b.ts"],
  names: ["first"],
  // [0: a, line 1], [4: a, line 1, column 6], [8: x, line 40], [12: b, line 3] ; [0: b, line 3], [2: b, line 998].
  mappings: "AACAA,IAAMA,ICuCN,ICrCA;AAAA,EAm+BA",
});

function ownName(source: string): string | null {
  return source.startsWith("../own/") ? source.slice("../own/".length) : null;
}

function kept(): SourceMap {
  const text = keepOwnMappings(MAP, ownName) ?? "{}";
  const { version, sources, mappings } = mapSchema.parse(JSON.parse(text));
  return new SourceMap({
    version,
    file: "",
    sources,
    sourcesContent: [],
    names: [],
    mappings,
    sourceRoot: "",
  });
}

describe("a source map of our own files", () => {
  it.each([
    { line: 0, column: 0, origin: "a.ts:1" },
    { line: 0, column: 6, origin: "a.ts:1" },
    { line: 0, column: 13, origin: "b.ts:3" },
    { line: 1, column: 0, origin: "b.ts:3" },
    { line: 1, column: 2, origin: "b.ts:998" },
  ])("finds $origin for line $line, column $column", ({ line, column, origin }) => {
    const found = kept().findEntry(line, column);

    expect("originalLine" in found && `${found.originalSource}:${found.originalLine}`).toBe(origin);
  });

  it("finds nothing for the code of packages", () => {
    expect(kept().findEntry(0, 9)).not.toHaveProperty("originalLine", expect.any(Number));
  });

  it("does not name the packages' files, nor columns of one line", () => {
    const text = keepOwnMappings(MAP, ownName) ?? "";

    const { sources, mappings } = mapSchema.parse(JSON.parse(text));
    expect(sources).toEqual(["a.ts", "b.ts"]);
    expect(mappings.split(";").map((line) => line.split(",").length)).toEqual([3, 2]);
  });

  it("is none where nothing is ours", () => {
    expect(keepOwnMappings(MAP, () => null)).toBeNull();
  });
});
