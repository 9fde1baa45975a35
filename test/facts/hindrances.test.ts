import { describe, expect, it } from "vitest";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import type { Azure } from "../../shared/azure/clients.ts";
import { createAzure } from "../../shared/azure/clients.ts";
import { readHindrances } from "../../shared/facts/hindrances.ts";
import { aVm, simulatedAzure, type SimulatedAzure } from "../azure/simulated-azure.ts";
import { azureFacts, aSecondNic, OS_DISK_ID, SUBSCRIPTION, VM_ID } from "../builders.ts";

const SUBSCRIPTION_ID = `/subscriptions/${SUBSCRIPTION}`;
const LOCKS = "providers/Microsoft.Authorization/locks";

async function aFleet(more: Partial<ScenarioInput> = {}): Promise<SimulatedAzure> {
  return await simulatedAzure({
    vms: [aVm("vm-till", "10.40.2.4"), aVm("vm-desk", "10.40.2.5")],
    ...more,
  });
}

describe("locks", () => {
  it("are those on the VM, its disk, its NIC and their group, not those of others", async () => {
    const simulated = await aFleet({
      locks: [
        { name: "group", level: "CanNotDelete" },
        { name: "own", level: "ReadOnly", vm: "vm-till" },
        { name: "disk", level: "ReadOnly", disk: "vm-till-os" },
        { name: "nic", level: "CanNotDelete", nic: "nic-till" },
        { name: "foreign", level: "ReadOnly", vm: "vm-desk" },
      ],
    });
    const facts = await simulated.facts("vm-till");

    const { locks } = await readHindrances(simulated.azure, facts);

    expect(locks?.map(({ name, level }) => `${name} ${level}`).toSorted()).toEqual([
      "disk ReadOnly",
      "group CanNotDelete",
      "nic CanNotDelete",
      "own ReadOnly",
    ]);
    expect(locks?.find(({ name }) => name === "own")?.scope.toLowerCase()).toBe(
      simulated.vmId("vm-till").toLowerCase(),
    );
  });

  it("are asked for once per resource group, and counted once", async () => {
    const asked: string[] = [];
    const azure = answering((path) => {
      asked.push(path);
      return {
        value: [aLock(SUBSCRIPTION_ID, "all"), aLock(SUBSCRIPTION_ID.toUpperCase(), "all")],
      };
    });
    const id = OS_DISK_ID.replace("rg-harbour", "RG-Disks");
    const { vm } = azureFacts();
    const facts = azureFacts({ vm: { ...vm, osDisk: { kind: "managed", id } } });

    const { locks } = await readHindrances(azure, facts);

    expect(asked.filter((path) => path.endsWith("/locks")).toSorted()).toEqual([
      `${SUBSCRIPTION_ID}/resourceGroups/RG-Disks/${LOCKS}`,
      `${SUBSCRIPTION_ID}/resourceGroups/rg-harbour/${LOCKS}`,
    ]);
    expect(locks).toHaveLength(1);
  });

  it.each([
    ["on a child of the VM", aLock(`${VM_ID}/extensions/monitor`, "child")],
    ["on a NIC whose name begins alike", aLock(`${aSecondNic().id}2`, "alike")],
    ["of no known level", { ...aLock(VM_ID, "odd"), properties: { level: "NotSpecified" } }],
    ["of an unreadable id", { ...aLock(VM_ID, "odd"), id: "odd" }],
  ])("leave out one %s", async (_title, lock) => {
    const azure = answering(() => ({ value: [lock] }));

    expect((await readHindrances(azure, azureFacts())).locks).toEqual([]);
  });
});

describe("the platform's health", () => {
  it.each([
    [{ availabilityState: "Available" }, "Available", false],
    [{ availabilityState: "unavailable", reasonType: "Unplanned" }, "Unavailable", false],
    [{ availabilityState: "Unavailable", reasonType: "UserInitiated" }, "Unavailable", true],
    [{ availabilityState: "Unavailable", reasonType: "User Initiated" }, "Unavailable", true],
    [{ availabilityState: "Unavailable", context: "Customer Initiated" }, "Unavailable", true],
    [{ availabilityState: "Unavailable", healthEventCause: "UserInitiated" }, "Unavailable", true],
    [
      { availabilityState: "Unavailable", context: "Platform Initiated", reasonType: 7 },
      "Unavailable",
      false,
    ],
    [{ availabilityState: "Degraded" }, "Degraded", false],
    [{ availabilityState: "Resting" }, "Unknown", false],
  ])("reads %o", async (properties, state, userInitiated) => {
    const azure = answering((path) => (path.endsWith("/current") ? { properties } : { value: [] }));

    const { platform, remarks } = await readHindrances(azure, azureFacts());

    expect(platform).toEqual({ state, userInitiated, summary: "", since: null });
    expect(remarks).toEqual([]);
  });

  it("comes with Azure's words and time", async () => {
    const simulated = await aFleet({
      vms: [
        aVm("vm-till", "10.40.2.4", {
          health: { state: "Unavailable", reasonType: "Planned", summary: "Maintenance." },
        }),
      ],
    });

    const { platform } = await readHindrances(simulated.azure, await simulated.facts("vm-till"));

    expect(platform).toMatchObject({ state: "Unavailable", summary: "Maintenance." });
    expect(Date.parse(platform?.since ?? "")).not.toBeNaN();
  });

  it("is unknown of a VM that Azure has no record of", async () => {
    const azure = answering((path) => (path.endsWith("/current") ? null : { value: [] }));

    const { platform } = await readHindrances(azure, azureFacts());

    expect(platform?.state).toBe("Unknown");
  });
});

describe("what Azure does not tell", () => {
  it.each(["lock.list", "health.get"] as const)(
    "is unknown, with the right to grant: %s",
    async (operation) => {
      const simulated = await aFleet({
        locks: [{ name: "own", level: "ReadOnly", vm: "vm-till" }],
        faults: [
          {
            kind: "error",
            operation,
            status: 403,
            code: "AuthorizationFailed",
            message: "No authorization to perform action 'Microsoft.X/read' over scope '/y'.",
          },
        ],
      });

      const found = await readHindrances(simulated.azure, await simulated.facts("vm-till"));

      expect(operation === "lock.list" ? found.locks : found.platform).toBeNull();
      expect(operation === "lock.list" ? found.platform : found.locks).not.toBeNull();
      expect(found.remarks).toEqual([
        expect.stringContaining("Grant the identity of this program 'Microsoft.X/read' on /y."),
      ]);
    },
  );

  it("is unknown where the answer is odd", async () => {
    const azure = answering(() => ({ value: "none" }));

    const found = await readHindrances(azure, azureFacts());

    expect([found.locks, found.platform]).toEqual([null, null]);
    expect(found.remarks).toHaveLength(2);
  });

  it.each(["lock.list", "health.get"] as const)(
    "is asked again where the trouble passes: %s",
    async (operation) => {
      const simulated = await aFleet({ faults: [{ kind: "throttle", operation }] });

      const reading = readHindrances(simulated.azure, await simulated.facts("vm-till"));

      await expect(reading).rejects.toMatchObject({ retryable: true });
    },
  );
});

function aLock(scope: string, name: string): object {
  return { id: `${scope}/${LOCKS}/${name}`, name, properties: { level: "ReadOnly" } };
}

/** Azure that answers each GET by its path; null is a 404. */
function answering(answer: (path: string) => object | null): Azure {
  return createAzure(
    { simulator: { armEndpoint: "http://127.0.0.1:9", token: "t" } },
    {
      httpClient: {
        async sendRequest(request) {
          const body = answer(new URL(request.url).pathname);
          return await Promise.resolve({
            request,
            headers: request.headers,
            status: body === null ? 404 : 200,
            bodyAsText: JSON.stringify(body ?? { error: { code: "NotFound", message: "None." } }),
          });
        },
      },
    },
  );
}
