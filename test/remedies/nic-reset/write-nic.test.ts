import { describe, expect, it } from "vitest";
import { z } from "zod";

import { pollNicWrite, readWholeNic } from "../../../shared/azure/network-interfaces.ts";
import { beginReset, findSwapAddresses } from "../../../shared/remedies/nic-reset/begin-reset.ts";
import { standingOf, type NicStanding } from "../../../shared/remedies/nic-reset/nic-standing.ts";
import {
  withWrite,
  type ResetRecord,
  type ResetTarget,
} from "../../../shared/remedies/nic-reset/reset-record.ts";
import { writeNic, type NicWriteStart } from "../../../shared/remedies/nic-reset/write-nic.ts";
import { aVm, simulatedAzure, type SimulatedAzure } from "../../azure/simulated-azure.ts";

const SWAP: ResetTarget = { address: "10.40.2.30", allocation: "Static" };
const BACK: ResetTarget = { address: "10.40.2.7", allocation: "Static" };

const putLog = z.object({
  requests: z.array(z.looseObject({ operation: z.string(), ifMatch: z.string().optional() })),
});

/** A VM whose NIC has everything that a careless writer loses. */
const TILL = aVm("vm-till", "10.40.2.7", {
  nics: [
    {
      tags: { owner: "till team" },
      acceleratedNetworking: true,
      auxiliaryMode: "MaxConnections",
      dnsServers: ["10.40.2.9"],
      ipConfigurations: [
        {
          address: "10.40.2.7",
          publicAddress: "203.0.113.7",
          applicationSecurityGroups: ["asg-web"],
          loadBalancerPools: ["lb-front/pool-a"],
          natRules: ["lb-front/rdp-7"],
        },
      ],
    },
  ],
});

async function begun(
  simulated: SimulatedAzure,
  avoid: readonly string[] = [],
): Promise<ResetRecord> {
  const [nic] = (await simulated.facts("vm-till")).nics;
  const start = nic === undefined ? null : await beginReset(simulated.azure, { nic, avoid });
  if (start?.kind !== "possible") {
    throw new Error(`The reset cannot begin: ${JSON.stringify(start)}`);
  }
  return start.record;
}

async function write(
  simulated: SimulatedAzure,
  record: ResetRecord,
  target: ResetTarget,
): Promise<NicWriteStart> {
  return await writeNic(simulated.azure, { nicId: simulated.nicId("nic-till"), record, target });
}

async function standing(simulated: SimulatedAzure, record: ResetRecord): Promise<NicStanding> {
  const nic = await readWholeNic(simulated.azure, simulated.nicId("nic-till"));
  if (nic === null) {
    throw new Error("The NIC is gone.");
  }
  return standingOf(record, nic);
}

async function puts(simulated: SimulatedAzure): Promise<readonly (string | undefined)[]> {
  const { requests } = putLog.parse(await simulated.admin("GET", "/log"));
  return requests.filter(({ operation }) => operation === "nic.put").map(({ ifMatch }) => ifMatch);
}

describe("a write of a NIC in its reset", () => {
  it("changes the address alone, and says with If-Match which NIC it means", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const record = withWrite(await begun(simulated), SWAP);

    const started = await write(simulated, record, SWAP);

    const operation = started.kind === "started" ? started.operation : "";
    const poll = await pollNicWrite(simulated.azure, simulated.nicId("nic-till"), operation);
    expect(poll.kind).toBe("succeeded");
    expect(await standing(simulated, record)).toMatchObject({
      place: "swap",
      address: "10.40.2.30",
      state: "settled",
      changes: [],
    });
    expect(await puts(simulated)).toEqual([record.nic["etag"]]);
  });

  it("is not made again where the NIC has the address already", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const record = withWrite(await begun(simulated), SWAP);
    await write(simulated, record, SWAP);

    const again = await write(simulated, record, SWAP);

    expect(again).toEqual({ kind: "already" });
    expect(await puts(simulated)).toHaveLength(1);
  });

  it("is not made over a NIC that somebody wrote a moment ago", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const record = withWrite(await begun(simulated), SWAP);
    await simulated.admin("POST", "/faults", {
      kind: "humanNicChange",
      operation: "vnet.checkAddress",
      vm: "vm-till",
      tagsOnly: true,
    });

    const started = await write(simulated, record, SWAP);

    expect(started).toMatchObject({ kind: "changed" });
    expect(started.kind === "changed" ? started.message : "").toContain("412");
    expect(await standing(simulated, record)).toMatchObject({ place: "original" });
  });

  it.each([
    ["another address", { address: "10.40.2.50" }, "foreign"],
    ["a tag", {}, "original"],
  ])(
    "is not begun where somebody gave the NIC %s since it was read",
    async (_what, change, place) => {
      const simulated = await simulatedAzure({ vms: [TILL] });
      const record = withWrite(await begun(simulated), SWAP);
      await simulated.admin("POST", "/nics/nic-till", change);

      const started = await write(simulated, record, SWAP);

      expect(started).toMatchObject({ kind: "changed" });
      expect(await puts(simulated)).toEqual([]);
      expect(await standing(simulated, record)).toMatchObject({ place });
    },
  );

  it("puts the address back on top of what somebody else changed meanwhile", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const swapped = withWrite(await begun(simulated), SWAP);
    await write(simulated, swapped, SWAP);
    await simulated.admin("POST", "/nics/nic-till", {});
    const record = withWrite(swapped, BACK);

    const started = await write(simulated, record, BACK);

    expect(started.kind).toBe("started");
    expect(await standing(simulated, record)).toMatchObject({
      place: "kept",
      changes: ["tags.touchedBy"],
    });
  });

  it("gives way where somebody has the address, before the write and in its race", async () => {
    const other = aVm("vm-other", "10.40.2.30");
    const simulated = await simulatedAzure({ vms: [TILL, other] });
    const record = withWrite(await begun(simulated), SWAP);

    const known = await write(simulated, record, SWAP);
    await simulated.admin("POST", "/nics/nic-other", { address: "10.40.2.31" });
    await simulated.admin("POST", "/faults", {
      kind: "humanNicChange",
      operation: "vnet.checkAddress",
      vm: "vm-other",
      address: "10.40.2.30",
    });
    const raced = await write(simulated, record, SWAP);

    expect([known.kind, raced.kind]).toEqual(["taken", "taken"]);
    expect(raced.kind === "taken" ? raced.message : "").toContain("PrivateIPAddressIsAllocated");
    expect(await standing(simulated, record)).toMatchObject({ place: "original" });
  });

  it("says what Azure refuses, with the right that is missing", async () => {
    const role = {
      actions: ["*"],
      notActions: ["Microsoft.Network/publicIPAddresses/join/action"],
    };
    const simulated = await simulatedAzure({ vms: [TILL], role });
    const record = withWrite(await begun(simulated), SWAP);

    const started = await write(simulated, record, SWAP);

    expect(started).toMatchObject({ kind: "refused", code: "forbidden" });
    expect(started.kind === "refused" ? started.message : "").toContain("publicIPAddresses/join");
  });

  it("says that it may be tried later where Azure is still at work on the NIC", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const record = withWrite(await begun(simulated), SWAP);
    await simulated.admin("POST", "/faults", {
      kind: "error",
      operation: "nic.put",
      status: 429,
      code: "RetryableErrorDueToAnotherOperation",
    });

    await expect(write(simulated, record, SWAP)).rejects.toMatchObject({ retryable: true });
  });

  it("tells how an operation failed, and that the NIC failed with it", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const record = withWrite(await begun(simulated), SWAP);
    await simulated.admin("POST", "/faults", {
      kind: "failOperation",
      operation: "nic.put",
      code: "CanceledAndSupersededDueToAnotherOperation",
    });

    const started = await write(simulated, record, SWAP);

    const operation = started.kind === "started" ? started.operation : "";
    const poll = await pollNicWrite(simulated.azure, simulated.nicId("nic-till"), operation);
    expect(poll).toMatchObject({
      kind: "failed",
      code: "CanceledAndSupersededDueToAnotherOperation",
    });
    expect(await standing(simulated, record)).toMatchObject({ place: "original", state: "failed" });
  });
});

describe("the begin of a reset", () => {
  it("keeps the whole NIC", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });

    const record = await begun(simulated, ["10.40.2.99"]);

    expect(record).toMatchObject({
      configuration: "ipconfig1",
      original: { address: "10.40.2.7", allocation: "Dynamic" },
      prefixes: ["10.40.2.0/24"],
      avoid: ["10.40.2.99"],
      written: [],
    });
    expect(await standing(simulated, record)).toMatchObject({ place: "original", changes: [] });
  });

  it("refuses a NIC with several IP configurations", async () => {
    const two = [{ address: "10.40.2.7" }, { address: "10.40.2.8" }];
    const simulated = await simulatedAzure({
      vms: [aVm("vm-till", "", { nics: [{ ipConfigurations: two }] })],
    });
    const [nic] = (await simulated.facts("vm-till")).nics;

    const start = nic && (await beginReset(simulated.azure, { nic, avoid: [] }));

    expect(start).toMatchObject({ kind: "untouched", code: "several-ip-configurations" });
  });

  it("is out of date where the NIC has another address by now", async () => {
    const simulated = await simulatedAzure({ vms: [TILL] });
    const [nic] = (await simulated.facts("vm-till")).nics;
    await simulated.admin("POST", "/nics/nic-till", { address: "10.40.2.50" });

    const start = nic && (await beginReset(simulated.azure, { nic, avoid: [] }));

    expect(start).toMatchObject({ kind: "stale", code: "nic-changed-meanwhile" });
  });

  it("finds addresses in every prefix of the subnet, and none that Windows holds wrongly", async () => {
    const simulated = await simulatedAzure({
      vms: [TILL, aVm("vm-a", "10.40.9.4")],
      network: { subnets: [{ name: "apps", prefixes: ["10.40.9.0/29", "10.40.2.0/28"] }] },
    });
    const record = await begun(simulated, ["10.40.9.5", "10.40.2.4"]);

    const addresses = await findSwapAddresses(simulated.azure, simulated.nicId("nic-till"), record);

    expect(addresses).toEqual(["10.40.9.6", "10.40.2.5", "10.40.2.6", "10.40.2.8", "10.40.2.9"]);
  });

  it("finds no address in a subnet that is full but for what Windows holds wrongly", async () => {
    const simulated = await simulatedAzure({
      vms: [TILL, aVm("vm-a", "10.40.2.4"), aVm("vm-b", "10.40.2.6")],
      network: { subnets: [{ name: "apps", prefixes: ["10.40.2.0/29"] }] },
    });
    const record = await begun(simulated, ["10.40.2.5"]);

    const addresses = await findSwapAddresses(simulated.azure, simulated.nicId("nic-till"), record);

    expect(addresses).toEqual([]);
  });
});
