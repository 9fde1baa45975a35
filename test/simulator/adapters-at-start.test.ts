import { describe, expect, it } from "vitest";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { admin, aFleet, simulate, vmView } from "./harness.ts";

type Nic = ScenarioInput["vms"][number]["nics"][number];

function aVmWith(nic: Partial<Nic>): ScenarioInput {
  const nics = [{ ipConfigurations: [{ address: "10.40.1.4" }], ...nic }];
  return aFleet({ vms: [{ name: "vm-bad-01", agentSurvivesWrongAddress: true, nics }] });
}

describe("an adapter that Windows has not found", () => {
  it("is missing, and is there on DHCP after the next start", async () => {
    const simulator = await simulate(aVmWith({ adapter: { present: false } }));
    const before = await vmView(simulator);

    await admin(simulator, "/vms/vm-bad-01/power", { body: { state: "restarted" } });

    const after = await vmView(simulator);
    expect(before.guest.adapters).toEqual([]);
    expect([before.rdp.kind, before.agent.ready]).toEqual(["silent", false]);
    expect(after.guest.adapters).toMatchObject([
      { name: "Ethernet", dhcp: true, addresses: [{ ip: "10.40.1.4" }] },
    ]);
    expect([after.rdp.kind, after.agent.ready]).toEqual(["open", true]);
  });
});

describe("a lease from before", () => {
  it.each([
    ["of another address", { address: "10.40.1.66/24" }, "10.40.1.66"],
    ["that never came", "never" as const, "169.254."],
  ])("%s stays until Windows asks again", async (_what, heldLease, held) => {
    const simulator = await simulate(aVmWith({ adapter: { heldLease } }));
    const before = await vmView(simulator);

    await admin(simulator, "/vms/vm-bad-01/power", { body: { state: "restarted" } });

    const after = await vmView(simulator);
    expect(before.guest.adapters[0]?.dhcp).toBe(true);
    expect(before.guest.adapters[0]?.addresses[0]?.ip).toContain(held);
    expect(before.rdp.kind).toBe("silent");
    expect(after.guest.adapters).toMatchObject([{ addresses: [{ ip: "10.40.1.4" }] }]);
    expect(after.rdp.kind).toBe("open");
  });
});
