import { expect, it } from "vitest";

import { hostEventLine } from "../../local/cli/host/host-event-line.ts";

const REQUEST = { kind: "request", method: "POST", status: 202, durationMs: 40 } as const;

it.each(["/durabletask/orchestrators/healVm/x", "/runtime/webhooks/durabletask/instances/x"])(
  "says nothing of the functions' own call of %s",
  (path) => {
    expect(hostEventLine({ ...REQUEST, path })).toBeNull();
  },
);

it("names a request from outside", () => {
  expect(hostEventLine({ ...REQUEST, path: "/api/alerts" })).toBe("POST /api/alerts 202 (0.0 s)");
});
