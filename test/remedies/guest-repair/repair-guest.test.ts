import { describe, expect, it } from "vitest";

import type { GuestRepairKind } from "../../../shared/domain/diagnosis.ts";
import {
  pollGuestRepair,
  startGuestRepair,
  type GuestRepairRequest,
} from "../../../shared/remedies/guest-repair/repair-guest.ts";
import { simulatedAzure, type SimulatedAzure } from "../../azure/simulated-azure.ts";
import { aGuestAdapter, aNic, anIpConfiguration } from "../../builders.ts";

const VM = { name: "vm-till", nics: [{ ipConfigurations: [{ address: "10.40.2.7" }] }] };

function aRequest(
  simulated: SimulatedAzure,
  repair: GuestRepairKind,
  more: Partial<GuestRepairRequest> = {},
): GuestRepairRequest {
  return {
    vmId: simulated.vmId("vm-till"),
    incidentId: "incident-1",
    repair,
    nic: aNic(),
    adapter: aGuestAdapter(),
    notAfter: new Date(Date.now() + 240_000).toISOString(),
    leaseWaitSeconds: 2,
    deadManSeconds: 60,
    ...more,
  };
}

describe("a repair inside Windows", () => {
  it.each<[GuestRepairKind, string]>([
    ["enableAdapter", "repair-adapter"],
    ["repairDhcpService", "repair-adapter"],
    ["renewLease", "repair-adapter"],
    ["setAddresses", "set-addresses"],
  ])("%s is asked of the script %s, whose answer is read", async (repair, script) => {
    const simulated = await simulatedAzure({ vms: [VM] });
    const request = aRequest(simulated, repair);

    const start = await startGuestRepair(simulated.azure, request);
    const operation = start.kind === "started" ? start.operation : "";
    const poll = await pollGuestRepair(simulated.azure, { ...request, operation });

    // The adapter of the request is not in that Windows.
    expect(poll).toMatchObject({ kind: "finished", answer: { exit: "adapter-missing" } });
    const { requests } = await simulated.log();
    expect(requests.map((sent) => sent.script)).toContain(script);
  });

  it.each<[string, GuestRepairKind, GuestRepairRequest["nic"]]>([
    [
      "Azure has assigned no address",
      "renewLease",
      aNic({ ipConfigurations: [anIpConfiguration({ address: null })] }),
    ],
    ["Azure does not tell the subnet", "setAddresses", aNic({ subnet: null })],
  ])("is not sent where %s", async (_why, repair, nic) => {
    const simulated = await simulatedAzure({ vms: [VM] });

    const start = await startGuestRepair(simulated.azure, aRequest(simulated, repair, { nic }));

    expect(start).toMatchObject({ kind: "refused", code: "no-azure-address" });
    expect((await simulated.log()).requests).toEqual([]);
  });
});
