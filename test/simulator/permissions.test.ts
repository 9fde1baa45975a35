import { describe, expect, it } from "vitest";

import { matching } from "../cli/matchers.ts";
import { aFleet, arm, simulate } from "./harness.ts";

const PERMISSIONS = "providers/Microsoft.Authorization/permissions";

describe("simulated permissions", () => {
  it("are those of the caller's role, at each scope", async () => {
    const role = {
      actions: ["Microsoft.Compute/*", "*/read"],
      notActions: ["Microsoft.Compute/virtualMachines/delete"],
    };
    const simulator = await simulate(aFleet({ role }));
    const scope = `/subscriptions/${simulator.subscriptionId}/${PERMISSIONS}`;

    const vm = `providers/Microsoft.Compute/virtualMachines/vm-bad-01/${PERMISSIONS}`;

    for (const path of [scope, PERMISSIONS, vm]) {
      expect((await arm(simulator, path)).body).toEqual({
        value: [{ ...role, dataActions: [], notDataActions: [] }],
      });
    }
  });

  it("are everything where the scenario has no role", async () => {
    const simulator = await simulate();

    expect((await arm(simulator, PERMISSIONS)).body).toMatchObject({
      value: [{ actions: ["*"], notActions: [] }],
    });
  });
});

describe("simulated event subscriptions", () => {
  it("are those of the scenario, as Resource Manager lists them", async () => {
    const simulator = await simulate(
      aFleet({
        eventSubscriptions: [
          { name: "nic-writes", functionName: "nicChanged" },
          { name: "everything", functionName: "other", operationNames: [] },
        ],
      }),
    );
    const path = `/subscriptions/${simulator.subscriptionId}/providers/Microsoft.EventGrid/eventSubscriptions`;

    const { body } = await arm(simulator, path);

    expect(body).toMatchObject({
      value: [
        {
          name: "nic-writes",
          properties: {
            provisioningState: "Succeeded",
            destination: {
              endpointType: "AzureFunction",
              properties: { resourceId: matching(/\/functions\/nicChanged$/u) },
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
          },
        },
        {
          name: "everything",
          properties: { filter: { subjectBeginsWith: "" } },
        },
      ],
    });
  });
});
