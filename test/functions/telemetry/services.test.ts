import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { expect, it, onTestFinished, vi } from "vitest";

import { services, useServices } from "../../../functions/services.ts";
import { NO_TELEMETRY } from "../../../functions/telemetry/telemetry.ts";
import { readSettings } from "../../../shared/settings.ts";

it("works on without telemetry, and says why, where an exporter does not take its target", async () => {
  const warning = vi.spyOn(process, "emitWarning").mockReturnValue();
  const dataFolder = await mkdtemp(path.join(tmpdir(), "services-"));
  const connectionString = "InstrumentationKey=no-key";
  useServices({
    ...readSettings({ REMEDIATOR_DATA: dataFolder }),
    telemetry: { kind: "applicationInsights", connectionString, identity: null },
  });

  const store = await services().store();
  onTestFinished(async () => {
    await store.close();
    await rm(dataFolder, { recursive: true });
  });

  expect(await store.counters()).toEqual({});
  expect(await services().telemetry()).toBe(NO_TELEMETRY);
  expect(warning).toHaveBeenCalledWith(
    expect.stringContaining("Telemetry is off: Invalid instrumentation key"),
    expect.anything(),
  );
});

it("says why telemetry is off where its target cannot be one", async () => {
  const warning = vi.spyOn(process, "emitWarning").mockReturnValue();
  useServices(readSettings({ REMEDIATOR_TELEMETRY: "applicationInsights" }));

  expect(await services().telemetry()).toBe(NO_TELEMETRY);
  expect(warning).toHaveBeenCalledWith(
    expect.stringContaining("APPLICATIONINSIGHTS_CONNECTION_STRING: is needed"),
    expect.anything(),
  );
});
