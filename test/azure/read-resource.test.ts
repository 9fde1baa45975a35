import { describe, expect, it } from "vitest";
import { z } from "zod";

import { listResources, readResource } from "../../shared/azure/read-resource.ts";
import { aVm, simulatedAzure } from "./simulated-azure.ts";

const named = z.object({ name: z.string() });
const FLEET = {
  vms: ["4", "5", "6"].map((last) => aVm(`vm-shop-${last}`, `10.40.2.${last}`)),
};

describe("a question that no SDK asks", () => {
  it("follows a list from page to page", async () => {
    const { azure, nicId } = await simulatedAzure({ ...FLEET, pageSize: 1 });
    const group = nicId("").split("/providers/")[0] ?? "";

    const nics = await listResources(azure, {
      tried: "list NICs",
      path: `${group}/providers/Microsoft.Network/networkInterfaces`,
      apiVersion: "2024-07-01",
      schema: named,
    });

    expect(nics.map(({ name }) => name)).toEqual(["nic-shop-4", "nic-shop-5", "nic-shop-6"]);
  });

  it("is answered with null where Azure knows no such thing", async () => {
    const { azure, vmId } = await simulatedAzure(FLEET);

    const vm = await readResource(azure, {
      tried: "read VM vm-gone",
      path: vmId("vm-gone"),
      apiVersion: "2024-07-01",
      schema: named,
    });

    expect(vm).toBeNull();
  });

  it("fails in words, with what was tried, where Azure does not tell", async () => {
    const { azure, vmId, admin } = await simulatedAzure(FLEET);
    await admin("POST", "/faults", {
      kind: "error",
      operation: "vm.get",
      status: 403,
      code: "AuthorizationFailed",
    });

    const reading = readResource(azure, {
      tried: "read VM vm-shop-4",
      path: vmId("vm-shop-4"),
      apiVersion: "2024-07-01",
      schema: named,
    });

    await expect(reading).rejects.toThrow("Cannot read VM vm-shop-4 (403 AuthorizationFailed)");
  });

  it("names what is odd in an answer of another form", async () => {
    const { azure, vmId } = await simulatedAzure(FLEET);

    const reading = readResource(azure, {
      tried: "read VM vm-shop-4",
      path: vmId("vm-shop-4"),
      apiVersion: "2024-07-01",
      schema: z.object({ color: z.string() }),
    });

    await expect(reading).rejects.toThrow("the answer has another form. color:");
  });
});
