import { expect, it } from "vitest";

import { retryAfterSeconds } from "../../shared/azure/retry-after.ts";

const NOW = Date.parse("2026-03-04T10:00:00Z");

it.each([
  ["seconds", { "retry-after": "17" }, 17],
  ["zero seconds", { "retry-after": "0" }, 0],
  ["a date to come", { "retry-after": "Wed, 04 Mar 2026 10:00:30 GMT" }, 30],
  ["a date that is over", { "retry-after": "Wed, 04 Mar 2026 09:00:00 GMT" }, 0],
  ["milliseconds, rounded up", { "retry-after-ms": "1200" }, 2],
  ["Azure's own milliseconds", { "x-ms-retry-after-ms": "3000" }, 3],
  ["seconds without end, as an hour", { "retry-after": "99999999999999" }, 3600],
  ["a date far away, as an hour", { "retry-after": "Thu, 04 Mar 2027 10:00:00 GMT" }, 3600],
  ["nothing", {}, null],
  ["text that is neither", { "retry-after": "soon" }, null],
])("reads a wait given as %s", (_form, headers: Record<string, string>, expected) => {
  const seconds = retryAfterSeconds({ get: (name) => headers[name] }, NOW);

  expect(seconds).toBe(expected);
});
