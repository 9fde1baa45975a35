import { createServer } from "node:http";

import { expect, it, onTestFinished } from "vitest";

import { createAzure } from "../../shared/azure/clients.ts";
import { listSubscriptions } from "../../shared/azure/subscriptions.ts";

async function anAzureThatLists(value: readonly unknown[]): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ value }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

it("lists the subscriptions in which VMs can run, whatever their letter case and unknown states", async () => {
  const armEndpoint = await anAzureThatLists([
    { subscriptionId: "s-1", displayName: "Harbour", state: "Enabled" },
    { subscriptionId: "s-2", displayName: "Late payer", state: "PastDue" },
    { subscriptionId: "s-3", displayName: "Warned", state: "Warned" },
    { subscriptionId: "s-4", displayName: "Switched off", state: "disabled" },
    { subscriptionId: "s-5", displayName: "Gone", state: "Deleted" },
    { subscriptionId: "s-6", state: "SomethingNew" },
    { subscriptionId: "s-7", displayName: null },
  ]);
  const azure = createAzure({ simulator: { armEndpoint, token: "t" } });

  const listed = await listSubscriptions(azure);

  expect(listed).toEqual([
    { id: "s-1", name: "Harbour" },
    { id: "s-2", name: "Late payer" },
    { id: "s-3", name: "Warned" },
    { id: "s-6", name: "s-6" },
    { id: "s-7", name: "s-7" },
  ]);
});
