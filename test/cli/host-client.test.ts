import { expect, it, onTestFinished } from "vitest";

import { openHostClient } from "../../local/cli/host/host-client.ts";
import { startSmallServer } from "./watch/small-server.ts";

it("does not wait for the run of a request that a pause holds back", async () => {
  const body = { signalId: "sig-1", paused: true, message: "paused" };
  const server = await startSmallServer(() => ({ status: 202, body }));
  onTestFinished(async () => {
    await server.close();
  });
  const client = openHostClient(server.url);
  const vm = { vmId: "vm", dryRun: false, readGuest: true, console: false, pinAddress: false };

  for (const asked of [client.request(vm), client.rollback("inc-1", { dryRun: false })]) {
    await expect(asked).rejects.toMatchObject({
      code: "paused",
      message: "The request is stored as sig-1, but runs are paused.",
    });
  }
});

it.each([
  { error: { code: "too-many-requests", message: "Too many.", nextStep: "Wait." } },
  "busy",
])("tells how long a host asks to wait that is asked too often: %j", async (body) => {
  const headers = { "retry-after": "7" };
  const server = await startSmallServer(() => ({ status: 429, headers, body }));
  onTestFinished(async () => {
    await server.close();
  });

  await expect(openHostClient(server.url).openIncidents()).rejects.toMatchObject({
    name: "AzureRequestError",
    retryable: true,
    retryAfterSeconds: 7,
  });
});
