import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, it } from "vitest";

import { services, useServices } from "../../functions/services.ts";
import { readSettings } from "../../shared/settings.ts";

const AZURITE = {
  REMEDIATOR_TABLE_ENDPOINT: "http://127.0.0.1:1",
  REMEDIATOR_BLOB_ENDPOINT: "http://127.0.0.1:1",
};

it.each([
  ["no store", {}, "no-store"],
  [
    "two stores",
    { ...AZURITE, REMEDIATOR_DATA: join(tmpdir(), "remediator-never-made") },
    "two-stores",
  ],
])("is refused where %s is configured", async (_, variables, code) => {
  useServices(readSettings(variables));

  await expect(services().store()).rejects.toMatchObject({ name: "ConfigurationError", code });
});

it("is in Azure where the endpoints of an account are configured, and is not asked before it is used", async () => {
  useServices(readSettings(AZURITE));

  const store = await services().store();

  // Nobody listens there.
  await expect(store.counters()).rejects.toMatchObject({ code: "no-answer", retryable: true });
});
