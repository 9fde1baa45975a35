import { existsSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { startAzurite, type Azurite } from "../incidents/azurite.ts";
import { Fleet } from "./fleet.ts";
import { alert } from "./kill-host.ts";
import { aBrokenVm, aScenario } from "./scenarios.ts";

/** A request in the middle of a heal, well after its incident was opened. */
const MIDDLE = 9;

const holds = z.object({ holds: z.array(z.object({ state: z.string() })) });

describe("a host with its records in Azure", () => {
  let azurite: Azurite;
  let fleet: Fleet;

  beforeAll(async () => {
    azurite = await startAzurite();
    fleet = await Fleet.start(aScenario([aBrokenVm("vm-1", 10), aBrokenVm("vm-2", 11)]), {
      REMEDIATOR_TABLE_ENDPOINT: azurite.tableEndpoint,
      REMEDIATOR_BLOB_ENDPOINT: azurite.blobEndpoint,
      REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1",
      REMEDIATOR_GUEST_READ_SECONDS: "60",
      REMEDIATOR_GUEST_SWITCH_SECONDS: "60",
      REMEDIATOR_SNAPSHOT_TIMEOUT_SECONDS: "60",
    });
  });

  afterAll(async () => {
    await fleet.close();
    await azurite.close();
  });

  it("heals a VM, killed once in the middle, and keeps all of it there", async () => {
    await fleet.admin("/holds", { vm: "vm-1", nth: MIDDLE, when: "after" });
    await alert(fleet, "vm-1");
    await fleet.until("the held request", 60, async () => {
      const listed = holds.parse(await fleet.admin("/holds")).holds;
      return listed.some(({ state }) => state !== "waiting") ? true : null;
    });

    await fleet.killHost();
    await fleet.clearHolds();
    await fleet.startHost();
    const incident = await fleet.outcomeOf("vm-1", 60);

    expect(incident.outcome).toMatchObject({ kind: "healed", code: "guest-dhcp" });
    expect(await fleet.incidents("vm-1")).toHaveLength(1);
    const { effects } = await fleet.log("vm-1");
    expect(effects.filter(({ kind }) => kind === "dhcpSwitched")).toHaveLength(1);
    expect(existsSync(join(fleet.folder, "incidents.db"))).toBe(false);
  });

  it("writes few times in a heal", async () => {
    const before = azurite.requests.length;

    await alert(fleet, "vm-2");
    // Looking asks storage too, but writes nothing.
    await fleet.outcomeOf("vm-2", 60);

    const writes = azurite.requests.slice(before).filter((each) => !each.startsWith("GET"));
    process.stdout.write(`writes to storage in a heal: ${writes.length}\n`);
    expect(writes.length).toBeLessThan(20);
  });
});
