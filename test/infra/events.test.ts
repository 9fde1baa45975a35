import { describe, expect, it } from "vitest";

import { resourcesOf, scopeOf, snapshotOf } from "./snapshots.ts";

const GROUP =
  "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-static-ip-remediator";
const EXAMPLE = "many-subscriptions.events";

const [app] = resourcesOf("many-subscriptions", "Microsoft.Web/sites");
const [topic] = resourcesOf("many-subscriptions", "Microsoft.EventGrid/topics");
const deadLetters = resourcesOf(
  "many-subscriptions",
  "Microsoft.Storage/storageAccounts/blobServices/containers",
).find(({ id }) => id.endsWith("/dead-letters"));

describe("the events that come after the code", () => {
  it("come from each watched subscription, or from its watched resource groups", () => {
    const scopes = resourcesOf(EXAMPLE, "Microsoft.EventGrid/eventSubscriptions").map((made) =>
      scopeOf(made),
    );

    expect(scopes).toEqual([
      "/subscriptions/11111111-1111-1111-1111-111111111111",
      "/subscriptions/22222222-2222-2222-2222-222222222222",
      "/subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/rg-desktops",
      "/subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/rg-jump-hosts",
    ]);
  });

  it("are successful writes of NICs, for the function that main.bicep made room for", () => {
    for (const { properties } of resourcesOf(EXAMPLE, "Microsoft.EventGrid/eventSubscriptions")) {
      expect(properties).toMatchObject({
        destination: {
          endpointType: "AzureFunction",
          properties: { resourceId: `${app?.id}/functions/nicChanged`, maxEventsPerBatch: 1 },
        },
        filter: {
          includedEventTypes: ["Microsoft.Resources.ResourceWriteSuccess"],
          advancedFilters: [
            {
              operatorType: "StringIn",
              key: "data.operationName",
              values: ["Microsoft.Network/networkInterfaces/write"],
            },
          ],
        },
      });
    }
  });

  it("are tried for a day, and kept in an account of their own when nobody took them", () => {
    const account = deadLetters?.id.split("/blobServices/")[0];
    const all = snapshotOf(EXAMPLE).predictedResources.filter(({ type }) =>
      type.startsWith("Microsoft.EventGrid/"),
    );

    expect(account).toContain(`${GROUP}/providers/Microsoft.Storage/storageAccounts/stremdead`);
    expect(all).toHaveLength(5);
    for (const { properties } of all) {
      expect(properties).toMatchObject({
        retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 },
        deadLetterDestination: {
          endpointType: "StorageBlob",
          properties: { resourceId: account, blobContainerName: "dead-letters" },
        },
      });
    }
  });

  it("are, from the topic, alerts of other tools, never what the program itself says", () => {
    const alerts = resourcesOf(EXAMPLE, "Microsoft.EventGrid/topics/eventSubscriptions");

    expect(alerts).toMatchObject([
      {
        id: `${topic?.id}/eventSubscriptions/alerts-to-remediator`,
        properties: {
          destination: { properties: { resourceId: `${app?.id}/functions/alertFired` } },
          eventDeliverySchema: "CloudEventSchemaV1_0",
          filter: {
            advancedFilters: [
              { operatorType: "StringNotBeginsWith", key: "type", values: ["StaticIpRemediator."] },
            ],
          },
        },
      },
    ]);
    expect(topic?.properties["inputSchema"]).toBe("CloudEventSchemaV1_0");
  });
});
