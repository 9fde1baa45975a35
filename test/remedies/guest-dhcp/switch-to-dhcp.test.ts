import { describe, expect, it } from "vitest";

import type { GuestAdapter, NicFacts } from "../../../shared/domain/facts.ts";
import { pollGuestRead, startGuestRead } from "../../../shared/facts/guest-facts.ts";
import type { SwitchAnswer } from "../../../shared/guest/envelope.ts";
import {
  pollGuestSwitch,
  startGuestSwitch,
} from "../../../shared/remedies/guest-dhcp/switch-to-dhcp.ts";
import type { GuestSwitchRequest } from "../../../shared/remedies/guest-dhcp/switch-to-dhcp.ts";
import { readSettings } from "../../../shared/settings.ts";
import { aBrokenVm, simulatedAzure } from "../../azure/simulated-azure.ts";
import type { SimulatedAzure } from "../../azure/simulated-azure.ts";

const TILL = aBrokenVm("vm-till", "10.40.2.7");

async function diagnosed(simulated: SimulatedAzure): Promise<GuestSwitchRequest> {
  const vmId = simulated.vmId("vm-till");
  const facts = await simulated.facts("vm-till");
  const start = await startGuestRead(simulated.azure, vmId);
  const operation = start.kind === "started" ? start.operation : "";
  const poll = await pollGuestRead(simulated.azure, vmId, operation);
  const adapters =
    poll.kind === "finished" && poll.answer.kind === "read" ? poll.answer.facts.adapters : [];
  const [nic] = facts.nics;
  const [adapter] = adapters;
  if (nic === undefined || adapter === undefined) {
    throw new Error("The fleet's VM has no NIC or no adapter.");
  }
  return aRequest(vmId, nic, adapter);
}

function aRequest(vmId: string, nic: NicFacts, adapter: GuestAdapter): GuestSwitchRequest {
  return {
    vmId,
    incidentId: "incident-1",
    nic,
    adapter,
    notAfter: new Date(Date.now() + 240_000).toISOString(),
    leaseWaitSeconds: 2,
    deadManSeconds: 60,
  };
}

async function switched(
  { azure }: SimulatedAzure,
  request: GuestSwitchRequest,
): Promise<SwitchAnswer> {
  const start = await startGuestSwitch(azure, request);
  if (start.kind !== "started") {
    throw new Error(`Not started: ${start.kind}`);
  }
  const poll = await pollGuestSwitch(azure, request.vmId, start.operation);
  if (poll.kind !== "finished") {
    throw new Error(`Not finished: ${poll.kind}`);
  }
  return poll.answer;
}

async function kindsOf(simulated: SimulatedAzure): Promise<readonly string[]> {
  return (await simulated.log()).effects.map(({ kind }) => kind);
}

describe("the guest switch", () => {
  it("brings Azure's address back, and leaves no task behind", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });

    const answer = await switched(simulated, await diagnosed(simulated));

    expect(answer).toMatchObject({
      kind: "answer",
      exit: "switched",
      deadManTask: "gone",
      after: { dhcp: true, addresses: [{ ip: "10.40.2.7", prefixLength: 24 }] },
    });
    expect(await kindsOf(simulated)).toContain("dhcpSwitched");
  });

  it("changes nothing the second time", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const request = await diagnosed(simulated);
    await switched(simulated, request);

    const again = await switched(simulated, request);

    expect(again).toMatchObject({ kind: "answer", exit: "already-dhcp" });
    const kinds = await kindsOf(simulated);
    expect(kinds.filter((kind) => kind === "dhcpSwitched")).toHaveLength(1);
  });

  it.each([
    ["it comes too late", { notAfter: "2020-01-01T00:00:00.000Z" }, "expired"],
    [
      "its incident's name could be read as something else",
      { incidentId: "x'; rm" },
      "bad-parameters",
    ],
  ])("changes nothing where %s", async (_what, parts, exit) => {
    const simulated = await simulatedAzure({ vms: [TILL] });

    const answer = await switched(simulated, { ...(await diagnosed(simulated)), ...parts });

    expect(answer).toMatchObject({ kind: "answer", exit });
    expect(await kindsOf(simulated)).toEqual([]);
  });

  it("changes nothing where somebody changed Windows since the diagnosis", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const request = await diagnosed(simulated);
    await simulated.admin("POST", "/vms/vm-till/guest", {
      static: { addresses: ["10.40.2.98/24"], gateway: "10.40.2.1" },
    });

    const answer = await switched(simulated, request);

    expect(answer).toMatchObject({ kind: "answer", exit: "drifted" });
    expect(await kindsOf(simulated)).not.toContain("dhcpSwitched");
  });

  it("puts the static address back where no lease comes", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const request = await diagnosed(simulated);
    await simulated.admin("PATCH", "/vms/vm-till", { lease: "never" });

    const answer = await switched(simulated, request);

    expect(answer).toMatchObject({
      kind: "answer",
      exit: "lease-missing-restored",
      deadManTask: "gone",
      after: { dhcp: false, addresses: [{ ip: "10.40.2.99", prefixLength: 24 }] },
    });
  });

  it("is taken by the script with the shortest times that the settings give", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const request = await diagnosed(simulated);
    const { leaseWaitSeconds, deadManSeconds } = readSettings({
      REMEDIATOR_LEASE_WAIT_SECONDS: "0.2",
      REMEDIATOR_DEAD_MAN_SECONDS: "1",
    });

    const answer = await switched(simulated, { ...request, leaseWaitSeconds, deadManSeconds });

    expect(answer).toMatchObject({ kind: "answer", exit: "switched" });
  });

  it("is not sent where Azure has no address for the NIC", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const request = await diagnosed(simulated);
    const before = await simulated.operations();

    const start = await startGuestSwitch(simulated.azure, {
      ...request,
      nic: { ...request.nic, ipConfigurations: [] },
    });

    expect(start).toMatchObject({ kind: "refused", code: "no-azure-address" });
    expect(await simulated.operations()).toEqual(before);
  });

  it("says that its answer is unreadable where it was cut, though it did its work", async () => {
    const simulated = await simulatedAzure({
      vms: [TILL],
      faults: [
        { kind: "cutOutput", operation: "runCommand.post", script: "switch-to-dhcp", bytes: 64 },
      ],
    });

    const answer = await switched(simulated, await diagnosed(simulated));

    expect(answer).toMatchObject({ kind: "unreadable" });
    expect(await kindsOf(simulated)).toContain("dhcpSwitched");
  });
});
