import { describe, expect, it } from "vitest";

import { readAzureFacts, readSubnets, vmOfNic, vmState } from "../../shared/facts/azure-facts.ts";
import { aBrokenVm, aVm, NOW, simulatedAzure } from "../azure/simulated-azure.ts";

describe("the facts of a VM", () => {
  it("cost three reads where all is well", async () => {
    const { azure, facts, operations } = await simulatedAzure({
      vms: [aVm("vm-till", "10.40.2.7")],
    });

    const read = await facts("vm-till");

    expect(read.nics[0]?.ipConfigurations[0]?.address).toBe("10.40.2.7");
    expect(await operations()).toEqual(["vm.get", "nic.get", "subnet.get"]);
    expect(await azure.ownIdentity()).not.toBeNull();
  });

  it("hold both halves that a diagnosis needs", async () => {
    const { azure, vmId, nicId } = await simulatedAzure({
      vms: [
        aBrokenVm("vm-till", "10.40.2.7", { tags: { owner: "shop" } }),
        aVm("vm-desk", "10.40.2.8"),
      ],
    });

    const reading = await readAzureFacts(azure, vmId("VM-TILL").toUpperCase(), NOW);
    const facts = reading.kind === "found" ? await readSubnets(azure, reading.facts) : null;

    expect(facts).toMatchObject({
      readAt: NOW,
      vm: {
        id: vmId("vm-till"),
        name: "vm-till",
        osType: "Windows",
        powerState: "running",
        agentReady: true,
        osDisk: { kind: "managed" },
        tags: { owner: "shop" },
        inScaleSet: false,
      },
      nics: [
        {
          primary: true,
          ipForwarding: false,
          networkSecurityGroupId: null,
          subnet: {
            prefixes: ["10.40.2.0/24"],
            nicIds: [nicId("nic-till").toLowerCase(), nicId("nic-desk").toLowerCase()],
          },
        },
      ],
    });
    expect(facts?.nics[0]?.mac).toMatch(/^(?:[0-9A-F]{2}-){5}[0-9A-F]{2}$/u);
  });

  it("read each NIC once, and a subnet that they share once", async () => {
    const { facts, operations } = await simulatedAzure({
      vms: [
        aVm("vm-till", "10.40.2.7", {
          nics: [
            { ipConfigurations: [{ address: "10.40.2.7" }] },
            { ipConfigurations: [{ address: "10.40.2.17" }] },
          ],
        }),
      ],
    });

    const read = await facts("vm-till");

    expect(read.nics.map(({ primary }) => primary)).toEqual([true, false]);
    expect((await operations()).toSorted()).toEqual(["nic.get", "nic.get", "subnet.get", "vm.get"]);
    expect(read.nics[1]?.subnet?.id).toBe(read.nics[0]?.subnet?.id);
  });

  it("are not there for a VM that Azure does not know", async () => {
    const { azure, vmId } = await simulatedAzure({ vms: [aVm("vm-till", "10.40.2.7")] });

    const reading = await readAzureFacts(azure, vmId("vm-gone"), NOW);

    expect(reading).toMatchObject({ kind: "not-found" });
  });

  it("have no MAC address while the VM is deallocated", async () => {
    const { facts } = await simulatedAzure({
      vms: [aVm("vm-till", "10.40.2.7", { power: "deallocated" })],
    });

    const read = await facts("vm-till");

    expect(read.nics[0]?.mac).toBeNull();
    expect(read.vm).toMatchObject({ powerState: "deallocated", agentReady: false });
  });
});

describe("trouble while reading", () => {
  it.each([
    [
      "throttled with a wait",
      { kind: "throttle", operation: "nic.get", retryAfterSeconds: 17 },
      429,
      17,
    ],
    ["throttled without one", { kind: "throttle", operation: "vm.get" }, 429, null],
    ["a failing Azure", { kind: "error", operation: "subnet.get", status: 500 }, 500, null],
    ["an answer that is lost", { kind: "lost", operation: "vm.get" }, null, null],
    ["an answer that never ends", { kind: "lost", operation: "nic.get", how: "hang" }, null, null],
  ] as const)(
    "such as %s is for a later try, and is not hidden",
    async (_what, fault, status, wait) => {
      const { facts, operations } = await simulatedAzure(
        { vms: [aVm("vm-till", "10.40.2.7")], faults: [fault] },
        0.5,
      );

      await expect(facts("vm-till")).rejects.toMatchObject({
        name: "AzureRequestError",
        retryable: true,
        status,
        retryAfterSeconds: wait,
      });

      const before = await operations();
      expect(before.filter((operation) => operation === fault.operation)).toHaveLength(1);
      await expect(facts("vm-till")).resolves.toMatchObject({ vm: { name: "vm-till" } });
    },
  );

  it("such as a missing right is for a person", async () => {
    const { facts } = await simulatedAzure({
      vms: [aVm("vm-till", "10.40.2.7")],
      faults: [
        {
          kind: "error",
          operation: "vm.get",
          status: 403,
          code: "AuthorizationFailed",
          message:
            "The client 'a' with object id 'b' does not have authorization to perform action 'Microsoft.Compute/virtualMachines/read' over scope '/subscriptions/s/resourceGroups/rg-shop' or the scope is invalid.",
        },
      ],
    });

    await expect(facts("vm-till")).rejects.toMatchObject({
      code: "forbidden",
      retryable: false,
      nextStep:
        "Grant the identity of this program 'Microsoft.Compute/virtualMachines/read' on /subscriptions/s/resourceGroups/rg-shop.",
    });
  });

  it("such as a NIC that has just gone is for a later try", async () => {
    const { facts } = await simulatedAzure({
      vms: [aVm("vm-till", "10.40.2.7")],
      faults: [{ kind: "error", operation: "nic.get", status: 404, code: "ResourceNotFound" }],
    });

    await expect(facts("vm-till")).rejects.toMatchObject({ retryable: true, status: 404 });
  });
});

describe("the VM of a NIC", () => {
  it("is read from the NIC", async () => {
    const { azure, vmId, nicId } = await simulatedAzure({ vms: [aVm("vm-till", "10.40.2.7")] });

    expect(await vmOfNic(azure, nicId("NIC-TILL"))).toBe(vmId("vm-till"));
  });

  it("is none for a NIC that is gone", async () => {
    const { azure, nicId } = await simulatedAzure({ vms: [aVm("vm-till", "10.40.2.7")] });

    expect(await vmOfNic(azure, nicId("nic-gone"))).toBeNull();
  });
});

describe("the state of a VM", () => {
  it("says that it runs and when its agent reported, at the price of one read", async () => {
    const { azure, vmId, operations } = await simulatedAzure({
      vms: [aVm("vm-till", "10.40.2.7")],
    });

    const state = await vmState(azure, vmId("vm-till"));

    expect(state).toMatchObject({ kind: "found", powerState: "running", agentReady: true });
    expect(state.kind === "found" && state.agentReportedAt !== null).toBe(true);
    expect(await operations()).toEqual(["vm.get"]);
  });

  it("says that its agent does not report", async () => {
    const { azure, vmId } = await simulatedAzure({
      vms: [aBrokenVm("vm-till", "10.40.2.7", { agentSurvivesWrongAddress: false })],
    });

    expect(await vmState(azure, vmId("vm-till"))).toMatchObject({
      agentReady: false,
      agentReportedAt: null,
    });
  });

  it("knows that there is no VM", async () => {
    const { azure, vmId } = await simulatedAzure({ vms: [aVm("vm-till", "10.40.2.7")] });

    expect(await vmState(azure, vmId("vm-gone"))).toMatchObject({ kind: "not-found" });
  });
});
