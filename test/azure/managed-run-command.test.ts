import { describe, expect, it } from "vitest";

import { deleteManagedCommand } from "../../shared/azure/managed-run-command.ts";
import { pollScript, startScript } from "../../shared/azure/run-script.ts";
import type { ManagedSlot } from "../../shared/domain/managed-command.ts";
import { requireResourceId, VM_TYPE } from "../../shared/domain/resource-id.ts";
import { aBrokenVm, simulatedAzure, type SimulatedAzure } from "./simulated-azure.ts";

const SLOT: ManagedSlot = {
  incidentId: "inc-1",
  location: "westeurope",
  purpose: "read",
  askedAt: "2026-03-04T10:00:00.000Z",
  timeoutSeconds: 120,
};
const NAME = "sir-inc-1-read";

async function start(
  simulated: SimulatedAzure,
  slot: ManagedSlot = SLOT,
): ReturnType<typeof startScript> {
  return await startScript(simulated.azure, simulated.vmId("vm-till"), ["hostname"], slot);
}

async function aTill(): Promise<SimulatedAzure> {
  return await simulatedAzure({ vms: [aBrokenVm("vm-till", "10.40.2.7")] });
}

describe("a managed Run Command", () => {
  it("runs a script, says what it printed, and is gone once it is deleted", async () => {
    const simulated = await aTill();
    const vmId = simulated.vmId("vm-till");

    const started = await start(simulated);
    const poll = await pollScript(
      simulated.azure,
      vmId,
      started.kind === "started" ? started.operation : "",
    );
    const ends = [
      await deleteManagedCommand(simulated.azure, vmId, SLOT),
      await deleteManagedCommand(simulated.azure, vmId, SLOT),
    ];

    expect(started).toMatchObject({ kind: "started", operation: `managed:${NAME}` });
    expect(poll).toMatchObject({ kind: "finished", stdout: "VM-TILL" });
    expect(ends).toEqual(["done", "absent"]);
  });

  it("is taken up by the same try, and made once", async () => {
    const simulated = await aTill();
    await start(simulated);

    const again = await start(simulated);

    expect(again.kind).toBe("started");
    const puts = (await simulated.operations()).filter((name) => name === "managedCommand.put");
    expect(puts).toHaveLength(1);
  });

  it("of an earlier try is deleted first: its answer is of another time", async () => {
    const simulated = await aTill();
    await start(simulated, { ...SLOT, askedAt: "2026-03-04T09:00:00.000Z" });

    const kinds = [(await start(simulated)).kind, (await start(simulated)).kind];

    expect(kinds).toEqual(["busy", "started"]);
  });

  it("of somebody else is neither taken up nor deleted", async () => {
    const simulated = await aTill();
    const { subscriptionId, resourceGroup, name } = requireResourceId(
      simulated.vmId("vm-till"),
      VM_TYPE,
    );
    const client = await simulated.azure.compute(subscriptionId);
    await client.virtualMachineRunCommands.createOrUpdate(resourceGroup, name, NAME, {
      location: "westeurope",
      tags: { incidentId: "inc-1" },
      source: { script: "hostname" },
    });

    const started = await start(simulated);
    const end = await deleteManagedCommand(simulated.azure, simulated.vmId("vm-till"), SLOT);

    expect(started).toMatchObject({ kind: "refused", code: "name-taken" });
    expect(end).toBe("not-ours");
  });

  it.each([
    ["not-running", { power: "stopped" as const }],
    ["gone", null],
  ])("cannot work on a VM: %s", async (kind, parts) => {
    const simulated = await simulatedAzure({
      vms: [aBrokenVm(parts === null ? "vm-other" : "vm-till", "10.40.2.7", parts ?? {})],
    });

    expect((await start(simulated)).kind).toBe(kind);
  });

  it.each([
    ["run-command-failed", { kind: "failOperation" }],
    ["run-command-timeout", { kind: "stuck" }],
  ] as const)("ends as %s where its script does not end well", async (code, fault) => {
    const simulated = await aTill();
    await simulated.admin("POST", "/faults", { ...fault, operation: "managedCommand.put" });
    const started = await start(simulated, { ...SLOT, timeoutSeconds: 1 });
    const operation = started.kind === "started" ? started.operation : "";

    await expect
      .poll(
        async () => {
          const now = await pollScript(simulated.azure, simulated.vmId("vm-till"), operation);
          return now.kind === "failed" ? now.code : now.kind;
        },
        { timeout: 10_000 },
      )
      .toBe(code);
  });

  it("that is gone when it is looked at has failed", async () => {
    const simulated = await aTill();

    const poll = await pollScript(simulated.azure, simulated.vmId("vm-till"), `managed:${NAME}`);

    expect(poll).toMatchObject({ kind: "failed", code: "run-command-failed" });
  });
});
