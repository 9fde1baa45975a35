import { describe, expect, it } from "vitest";

import { cleanCommands } from "../../shared/azure/left-commands.ts";
import { startManagedCommand } from "../../shared/azure/managed-run-command.ts";
import type { ManagedPurpose } from "../../shared/domain/managed-command.ts";
import { aBrokenVm, simulatedAzure, type SimulatedAzure } from "./simulated-azure.ts";

async function aTill(more: object = {}): Promise<SimulatedAzure> {
  return await simulatedAzure({ vms: [aBrokenVm("vm-till", "10.40.2.7")], ...more });
}

async function leave(
  simulated: SimulatedAzure,
  incidentId: string,
  purpose: ManagedPurpose = "read",
): Promise<void> {
  const slot = {
    incidentId,
    purpose,
    location: "westeurope",
    askedAt: "2026-03-04T10:00:00.000Z",
    timeoutSeconds: 120,
  };
  await startManagedCommand(simulated.azure, simulated.vmId("vm-till"), ["hostname"], slot);
}

async function clean(simulated: SimulatedAzure, dryRun = false, vm = "vm-till") {
  const findings = await cleanCommands(simulated.azure, {
    vmId: simulated.vmId(vm),
    endedIncidentIds: new Set(["inc-ended"]),
    openIncidentIds: new Set(["inc-open"]),
    dryRun,
  });
  return findings.map(({ what, name }) => `${what} ${name}`);
}

describe("managed Run Commands that were left on a VM", () => {
  it("are deleted where their incident has ended, and only told in a dry run", async () => {
    const simulated = await aTill();
    await leave(simulated, "inc-ended", "switch");

    const dry = await clean(simulated, true);
    const first = await clean(simulated);
    const second = await clean(simulated);

    expect(dry).toEqual(["wouldDelete sir-inc-ended-switch"]);
    expect(first).toEqual(["deleted sir-inc-ended-switch"]);
    expect(second).toEqual([]);
  });

  it("stay where their incident goes on, or is not on record here", async () => {
    const simulated = await aTill();
    await leave(simulated, "inc-open");
    await leave(simulated, "inc-elsewhere");

    expect(await clean(simulated)).toEqual(["foreign sir-inc-elsewhere-read"]);
    expect(await simulated.operations()).not.toContain("managedCommand.delete");
  });

  it("are told where Azure does not let them go, or does not list them", async () => {
    const error = { kind: "error", status: 403, code: "No" } as const;
    const refusing = await aTill({ faults: [{ ...error, operation: "managedCommand.delete" }] });
    const mute = await aTill({ faults: [{ ...error, operation: "managedCommand.list" }] });
    await leave(refusing, "inc-ended");

    expect(await clean(refusing)).toEqual(["failed sir-inc-ended-read"]);
    expect(await clean(mute)).toEqual(["failed "]);
  });

  it("are none on a VM that is gone", async () => {
    expect(await clean(await aTill(), false, "vm-gone")).toEqual([]);
  });
});
