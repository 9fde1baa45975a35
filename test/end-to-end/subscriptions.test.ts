import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { Fleet } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario } from "./scenarios.ts";

const EAST = "6f0c2d81-4b7e-4c1a-9e35-d8a7b1f20c44";
const WEST = "a31f7e92-0d5c-4b68-8f14-2c9e6b7d0a53";
const FOREIGN = "e8b46c17-92fa-4d03-b5e1-7a0c3f8d6b29";

describe("one host", () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await Fleet.start(
      aScenario([aBrokenVm("vm-main", 10)], {
        subscriptions: [
          { ...aScenario([aBrokenVm("vm-east", 10), aHealthyVm("vm-east-2", 11)]), id: EAST },
          { ...aScenario([aBrokenVm("vm-west", 10)]), id: WEST, resourceGroup: "rg-west" },
          { ...aScenario([aBrokenVm("vm-foreign", 10)]), id: FOREIGN, noRole: true },
        ],
      }),
      // One probe at a time is answered where several subscriptions have the same addresses: the switch proves itself.
      { REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1" },
    );
    await fleet.admin("/subscriptions", { kind: "alerts", url: `${fleet.url}/api/alerts` });
    await fleet.admin("/subscriptions", {
      kind: "eventGrid",
      url: `${fleet.url}/runtime/webhooks/eventgrid?functionName=nicChanged`,
    });
  });

  afterAll(async () => {
    await fleet.close();
  });

  it("heals the VMs of three subscriptions, whoever tells of them", async () => {
    await fleet.heal("vm-main");
    await fleet.admin("/alerts", { vm: "vm-east" });
    await fleet.admin("/nics/nic-west", {});

    const incidents = await Promise.all(
      ["vm-main", "vm-east", "vm-west"].map(async (vm) => await fleet.outcomeOf(vm)),
    );

    expect(incidents.map(({ outcome }) => outcome?.kind)).toEqual(["healed", "healed", "healed"]);
    expect(incidents.map(({ vmId }) => vmId.split("/")[2])).toEqual([
      fleet.simulator.subscriptionId,
      EAST,
      WEST,
    ]);
  });

  it("says which right it lacks where its identity has no role in the VM's subscription", async () => {
    const vmId = fleet.vmId("vm-foreign").replace(fleet.simulator.subscriptionId, FOREIGN);
    const missing = `'Microsoft.Compute/virtualMachines/read' on ${vmId}`;

    await fleet.admin("/alerts", { vm: "vm-foreign" });
    const { outcome } = await fleet.outcomeOf("vm-foreign");
    const { body } = await fleet.api("/api/heal", { vmId });

    expect(outcome).toMatchObject({ kind: "failed", code: "forbidden" });
    expect(outcome?.nextStep).toContain(missing);
    expect(body).toMatchObject({ error: { code: "forbidden" } });
    expect(JSON.stringify(body)).toContain(missing);
    expect((await fleet.log("vm-foreign")).effects).toEqual([]);
  });
});
