import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

/** Attributes of the metrics, by what docs/telemetry.md says of them. */
const docs = readFileSync("docs/telemetry.md", "utf8");
const told = ["measures.ts", "spans.ts"]
  .map((file) => readFileSync(`functions/telemetry/${file}`, "utf8"))
  .join("\n");
const bicep = readdirSync("infra", { recursive: true, encoding: "utf8" })
  .filter((file) => /^(?:alerts|workbook)\.bicep$/u.test(file))
  .map((file) => readFileSync(`infra/${file}`, "utf8"))
  .join("\n");

/** Rows of the table of metrics: name and attributes. */
const metrics = new Map(
  [
    ...docs.matchAll(
      /^\| `(?<name>remediator\.[\w.]+)` +\|[^|]*\|[^|]*\|(?<attributes>[^|]*)\|/gmu,
    ),
  ].map(({ groups }) => [groups?.["name"] ?? "", wordsIn(groups?.["attributes"] ?? "")]),
);

function wordsIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`(?<word>\w+)`/gu)].map(({ groups }) => groups?.["word"] ?? "");
}

function namesIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/"(?<name>remediator\.[\w.]+)"/gu)].map(([name]) => name));
}

describe("names of telemetry", () => {
  it("that alerts, workbook and documentation ask for are told", () => {
    const asked = new Set([...namesIn(bicep), ...namesIn(docs)]);
    const known = namesIn(told);

    expect(asked.size).toBeGreaterThan(8);
    expect([...asked].filter((name) => !known.has(name))).toEqual([]);
  });

  it("of all metrics are in the documentation", () => {
    const created = [...told.matchAll(/create\w+\(\s*"(?<name>[^"]+)"/gu)].map(
      ({ groups }) => groups?.["name"],
    );

    expect(new Set(created)).toEqual(new Set(metrics.keys()));
  });

  it.each([
    ["alerts and workbook", bicep],
    ["the documentation", docs],
  ])("of attributes that %s ask for are told with their metric", (_where, text) => {
    const queries = text.split(/(?=customMetrics\s*\n)/u).slice(1);

    expect(queries.length).toBeGreaterThan(0);
    for (const query of queries.map((each) => each.split(/'''|```/u, 1)[0] ?? "")) {
      const metric = /name == "(?<name>[^"]+)"/u.exec(query)?.groups?.["name"] ?? "";
      const asked = [...query.matchAll(/customDimensions\["(?<key>\w+)"\]/gu)].map(
        ({ groups }) => groups?.["key"] ?? "",
      );
      expect({
        metric,
        strange: asked.filter((key) => metrics.get(metric)?.includes(key) !== true),
      }).toEqual({ metric, strange: [] });
    }
  });
});
