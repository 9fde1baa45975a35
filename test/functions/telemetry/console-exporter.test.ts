import { expect, it, vi } from "vitest";

import { startTelemetry } from "../../../functions/telemetry/open-telemetry.ts";
import { rootPlace } from "../../../functions/telemetry/trace-ids.ts";
import { anIncident } from "../../builders.ts";

it("writes each span and each figure as a line of JSON on the error stream", async () => {
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);

  const telemetry = await startTelemetry({ kind: "console" });
  telemetry.incidentClosed(
    anIncident({
      closedAt: "2026-03-02T08:06:40.000Z",
      outcome: { kind: "refused", code: "nsg", message: "m", nextStep: "", remarks: [] },
    }),
  );
  await telemetry.stop();

  const lines = write.mock.calls.map(([line]) => JSON.parse(String(line)) as unknown);
  expect(lines).toMatchObject([
    {
      span: "incident",
      ...rootPlace("incident", "incident-0001"),
      parentSpanId: null,
      startedAt: "2026-03-02T08:04:10.000Z",
      durationMs: 150_000,
      failed: false,
      attributes: { "remediator.code": "nsg" },
      links: [rootPlace("signal", "alert-0001").traceId],
    },
    {
      metric: "remediator.incidents",
      attributes: { outcome: "refused", code: "nsg", mode: "heal" },
      value: 1,
    },
  ]);
});
