import { createHttpHeaders, type HttpClient } from "@azure/core-rest-pipeline";
import { expect, it } from "vitest";

import { findVm } from "../../../functions/activities/targets.ts";
import { createAzure } from "../../../shared/azure/clients.ts";
import type { InventoryVm } from "../../../shared/facts/inventory-vm.ts";
import type { UnseenSubscription } from "../../../shared/facts/inventory.ts";
import { NIC_ID, SUBSCRIPTION } from "../../builders.ts";
import { someServices } from "./services.ts";

const NIC = { kind: "nic", nicId: NIC_ID } as const;
const AZURE = { simulator: { armEndpoint: "http://127.0.0.1:1", token: "t" } };

function answering(status: number, code: string): HttpClient {
  const body = JSON.stringify({ error: { code, message: "The action 'read' is refused." } });
  return {
    sendRequest: async (request) =>
      await Promise.resolve({
        request,
        status,
        headers: createHttpHeaders({ "content-type": "application/json" }),
        bodyAsText: body,
      }),
  };
}

it("gives a NIC up that Azure will never let it read, so that no sweep asks again", async () => {
  const azure = createAzure(AZURE, { httpClient: answering(403, "AuthorizationFailed") });

  const owner = await findVm({ target: NIC }, someServices({ azure }));

  expect(owner).toMatchObject({ kind: "none", reason: "nic-unreadable" });
  expect("message" in owner && owner.message).toContain("403");
});

it.each([
  ["a sign-in that does not hold", 401, "InvalidAuthenticationToken"],
  ["a service that is away", 503, "ServiceUnavailable"],
])("asks again after %s", async (_title, status, code) => {
  const azure = createAzure(AZURE, { httpClient: answering(status, code) });

  await expect(findVm({ target: NIC }, someServices({ azure }))).rejects.toMatchObject({
    status,
  });
});

const ADDRESS = { kind: "address", address: "10.71.4.20" } as const;

/** A VM of resource group rg-N with the address 10.71.4.20, named vm-N and called crane by Windows. */
function twin(n: number): InventoryVm {
  const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-${n}/providers`;
  const nicId = `${group}/Microsoft.Network/networkInterfaces/nic-${n}`;
  return {
    id: `${group}/Microsoft.Compute/virtualMachines/vm-${n}`,
    name: `vm-${n}`,
    location: "northeurope",
    osType: "Windows",
    powerState: "running",
    tags: {},
    computerName: "crane",
    nics: [
      {
        id: nicId,
        primary: true,
        subnetId: null,
        privateAddresses: [ADDRESS.address],
        publicAddresses: [],
      },
    ],
  };
}

function withInventory(
  vms: readonly InventoryVm[],
  unseen: readonly UnseenSubscription[] = [],
): ReturnType<typeof someServices> {
  const readAt = "2026-03-02T08:05:00.000Z";
  return someServices({
    inventory: async () => await Promise.resolve({ readAt, vms, unseen }),
  });
}

it("finds the VM that has an address, with the NIC to probe", async () => {
  const owner = await findVm({ target: ADDRESS }, withInventory([twin(1)]));

  const [vm] = [twin(1)];
  expect(owner).toEqual({
    kind: "found",
    vmId: vm.id.toLowerCase(),
    nicId: vm.nics[0]?.id.toLowerCase(),
  });
});

it("finds the VM of a computer, and leaves the choice of the NIC to its run", async () => {
  const target = { kind: "computer", computer: "crane" } as const;

  const owner = await findVm({ target }, withInventory([twin(1)]));

  expect(owner).toMatchObject({ kind: "found", nicId: null });
});

it.each([
  ["an address", ADDRESS, "7 VMs have the address 10.71.4.20: "],
  ["a name", { kind: "computer", computer: "crane" }, "7 VMs have the computer name crane: "],
] as const)(
  "chooses nobody of several that have %s, and names some",
  async (_what, target, start) => {
    const owner = await findVm({ target }, withInventory([1, 2, 3, 4, 5, 6, 7].map(twin)));

    const message = "message" in owner ? owner.message : "";
    expect(owner).toMatchObject({ kind: "none", reason: "ambiguous-address" });
    expect(message.startsWith(start)).toBe(true);
    expect(message).toContain(`vm-5 (rg-5, ${SUBSCRIPTION}), 2 more.`);
    expect(message).not.toContain("vm-6");
  },
);

it("asks again after an inventory that cannot be read", async () => {
  const services = someServices({
    inventory: async () => await Promise.reject(new Error("Azure is away.")),
  });

  await expect(findVm({ target: ADDRESS }, services)).rejects.toThrow("Azure is away.");
});

it("says who has it is not known, and which subscriptions it could not look into", async () => {
  const hidden = ["Quay", "Yard"].map((name) => ({ id: name, name, message: "", nextStep: "" }));

  const seen = await findVm(
    { target: { kind: "address", address: "10.71.4.99" } },
    withInventory([twin(1)]),
  );
  const unseen = await findVm({ target: ADDRESS }, withInventory([], hidden));

  expect(seen).toMatchObject({ kind: "none", reason: "no-match" });
  expect(seen).not.toMatchObject({ message: expect.stringContaining("not list") as unknown });
  expect(unseen).toMatchObject({
    reason: "no-match",
    message: expect.stringContaining("It may not list those of Quay, Yard.") as unknown,
  });
});
