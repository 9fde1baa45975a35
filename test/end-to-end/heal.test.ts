import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { Fleet } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario } from "./scenarios.ts";

describe("a heal, from signal to outcome", () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await Fleet.start(
      aScenario([
        aBrokenVm("vm-alert", 10),
        aBrokenVm("vm-operator", 11),
        aBrokenVm("vm-event", 12),
        aHealthyVm("vm-well", 13),
        aBrokenVm("vm-mute", 14, { agentSurvivesWrongAddress: false }),
      ]),
    );
    await fleet.admin("/subscriptions", { kind: "alerts", url: `${fleet.url}/api/alerts` });
    await fleet.admin("/subscriptions", {
      kind: "eventGrid",
      url: `${fleet.url}/runtime/webhooks/eventgrid?functionName=nicChanged`,
    });
  });

  afterAll(async () => {
    await fleet.close();
  });

  it("heals a VM that a fired alert names, with one snapshot and one switch", async () => {
    await fleet.admin("/alerts", { vm: "vm-alert" });

    const incident = await fleet.outcomeOf("vm-alert");

    expect(incident.outcome).toMatchObject({ kind: "healed", code: "guest-dhcp" });
    expect(incident.ledger).toMatchObject([{ state: "done" }]);
    const { effects } = await fleet.log("vm-alert");
    expect(effects.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["snapshotCreated", "dhcpSwitched"]),
    );
    expect(effects.filter(({ kind }) => kind === "snapshotCreated")).toHaveLength(1);
    expect(effects.filter(({ kind }) => kind === "dhcpSwitched")).toHaveLength(1);
  });

  it("heals a VM whose NIC was written in Azure, as Event Grid tells it", async () => {
    await fleet.admin("/nics/nic-event", {});

    const incident = await fleet.outcomeOf("vm-event");

    expect(incident.outcome).toMatchObject({ kind: "healed", code: "guest-dhcp" });
  });

  it("heals a VM that an operator names", async () => {
    await fleet.heal("vm-operator", { reason: "RDP is dead" });

    const incident = await fleet.outcomeOf("vm-operator");

    expect(incident.outcome).toMatchObject({ kind: "healed", code: "guest-dhcp" });
  });

  it("ignores an alert of a VM that answers, and leaves no incident", async () => {
    await fleet.admin("/alerts", { vm: "vm-well" });

    const { counters } = await fleet.until("the healthy counter", 20, async () => {
      const { body } = await fleet.api("/api/incidents");
      const shown = z.object({ counters: z.record(z.string(), z.number()) }).parse(body);
      return shown.counters["healthy"] === undefined ? null : shown;
    });

    expect(counters["healthy"]).toBe(1);
    expect(await fleet.incidents("vm-well")).toEqual([]);
  });

  it("calls a person where the agent is silent too, with the manual steps", async () => {
    await fleet.admin("/alerts", { vm: "vm-mute" });

    const incident = await fleet.outcomeOf("vm-mute");

    expect(incident.outcome).toMatchObject({ kind: "needsHuman", code: "guest-unreadable" });
    expect(incident.outcome?.nextStep).toContain("netsh interface ip set address");
    expect(incident.outcome?.nextStep).toContain("source=dhcp");
  });
});
