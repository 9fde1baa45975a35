import { describe, expect, it } from "vitest";

import type { GuestReading } from "../../shared/domain/facts.ts";
import { pollGuestRead, startGuestRead } from "../../shared/facts/guest-facts.ts";
import { aBrokenVm, aVm, simulatedAzure } from "../azure/simulated-azure.ts";
import type { SimulatedAzure } from "../azure/simulated-azure.ts";

async function read({ azure, vmId }: SimulatedAzure): Promise<GuestReading> {
  const start = await startGuestRead(azure, vmId("vm-till"));
  if (start.kind !== "started") {
    throw new Error(`Not started: ${start.kind}`);
  }
  const poll = await pollGuestRead(azure, vmId("vm-till"), start.operation);
  if (poll.kind !== "finished") {
    throw new Error(`Not finished: ${poll.kind}`);
  }
  return poll.answer;
}

describe("what Windows says", () => {
  it("comes through Run Command, and reading changes nothing", async () => {
    const simulated = await simulatedAzure({ vms: [aBrokenVm("vm-till", "10.40.2.7")] });

    const reading = await read(simulated);

    expect(reading).toMatchObject({
      kind: "read",
      facts: {
        computerName: "VM-TILL",
        deadManTasks: [],
        adapters: [
          {
            name: "Ethernet",
            dhcp: false,
            addresses: [{ ip: "10.40.2.99", prefixLength: 24 }],
            gateways: ["10.40.2.1"],
          },
        ],
      },
    });
    const { requests, effects } = await simulated.log();
    const scripts = requests.filter(({ method }) => method === "POST");
    expect(scripts.map(({ script }) => script)).toEqual(["read-guest"]);
    expect(effects).toEqual([]);
  });

  it("names its adapter by the MAC address that Azure's facts have", async () => {
    const simulated = await simulatedAzure({ vms: [aVm("vm-till", "10.40.2.7")] });
    const facts = await simulated.facts("vm-till");

    const reading = await read(simulated);

    expect(reading.kind === "read" && reading.facts.adapters[0]?.mac).toBe(facts.nics[0]?.mac);
  });

  it("is unreadable where its answer was cut", async () => {
    const simulated = await simulatedAzure({
      vms: [aVm("vm-till", "10.40.2.7")],
      faults: [{ kind: "cutOutput", operation: "runCommand.post", bytes: 64 }],
    });

    expect(await read(simulated)).toMatchObject({ kind: "unreadable", code: "no-envelope" });
  });
});

it("is still under way while Azure says so", async () => {
  const { azure, vmId } = await simulatedAzure({
    vms: [aVm("vm-till", "10.40.2.7")],
    faults: [{ kind: "stuck", operation: "runCommand.post" }],
  });
  const start = await startGuestRead(azure, vmId("vm-till"));

  const poll = await pollGuestRead(
    azure,
    vmId("vm-till"),
    start.kind === "started" ? start.operation : "",
  );

  expect(poll).toMatchObject({ kind: "running" });
});
