import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");
const THE_PLACE = "functions/triggers/http-route.ts";
/** Every way of `@azure/functions` and `durable-functions` to register something that HTTP reaches. */
const REGISTERS =
  /\bapp\s*\.\s*(?:http|get|post|put|patch|deleteRequest|generic|webhook|mcpTool|client)\b|\bhttpTrigger\b|\bauthLevel\b/u;

const sources = readdirSync(join(ROOT, "functions"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => `functions/${name.replaceAll("\\", "/")}`);

it("is the only way to an HTTP endpoint, so that none is without authentication and limits", () => {
  const registering = sources.filter((file) =>
    REGISTERS.test(readFileSync(join(ROOT, file), "utf8")),
  );

  expect(registering).toEqual([THE_PLACE]);
});

it.each([
  'app.http("open", {',
  "app.get('open', handler)",
  "app\n  .post(",
  'trigger.generic({ type: "httpTrigger" })',
  'httpApp.client.http("x", { authLevel: "anonymous" })',
])("would be missed by %s", (source) => {
  expect(source).toMatch(REGISTERS);
});

it("leads to the endpoints that the test of authentication calls, and to no others", () => {
  const registered = sources.flatMap((file) =>
    [...readFileSync(join(ROOT, file), "utf8").matchAll(/^httpRoute\("(?<name>\w+)"/gmu)].map(
      ({ groups }) => groups?.["name"],
    ),
  );
  const test = readFileSync(join(ROOT, "test/functions/triggers/authentication.test.ts"), "utf8");
  const table = /const ROUTES = \{(?<rows>.*?)\} as const;/su.exec(test)?.groups?.["rows"] ?? "";
  const called = [...table.matchAll(/^ {2}(?<name>\w+): \[/gmu)].map(
    ({ groups }) => groups?.["name"],
  );

  expect(new Set(registered)).toEqual(new Set(called));
  expect(registered).toHaveLength(called.length);
});
