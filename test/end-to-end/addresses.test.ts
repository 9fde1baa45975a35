import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { anAlertWithDimensions } from "../signals/payloads.ts";
import { Fleet } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario, type VmInput } from "./scenarios.ts";
import { nicIdOf, readSignal, settledSignal } from "./shown-signals.ts";

const answerSchema = z.object({ accepted: z.array(z.object({ signalId: z.string() })) });

/** A second subscription, whose network has the same prefix. */
const BRANCH = "6f0c2d81-4b7e-4c1a-9e35-d8a7b1f20c44";
const holdSchema = z.object({ id: z.number() });

describe("an alert that names its VM by an address or a name", () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await Fleet.start(
      aScenario(
        [
          aBrokenVm("vm-address", 10),
          brokenSecondNic("vm-second", 12),
          behindPublicAddress("vm-public", 14),
          aBrokenVm("vm-named", 15, { guest: { computerName: "CRANE-15" } }),
          aBrokenVm("vm-twin-a", 16, { guest: { computerName: "TWIN" } }),
        ],
        {
          subscriptions: [
            {
              ...aScenario([
                aBrokenVm("vm-twin-b", 16, { guest: { computerName: "TWIN" } }),
                aBrokenVm("vm-branch", 18),
              ]),
              id: BRANCH,
              resourceGroup: "rg-branch",
            },
          ],
        },
      ),
    );
  });

  afterAll(async () => {
    await fleet.close();
  });

  it("heals the VM that has the destination's address", async () => {
    const asked = await fleet.admin("/holds", { operation: "subscription.list" });
    const hold = `/holds/${holdSchema.parse(asked).id}`;
    // Answered while Azure says nothing: the webhook itself asks nothing.
    const id = await alert(fleet, "DestinationAddress", "10.40.0.10");
    await fleet.admin(`${hold}?wait=30`);
    expect(await readSignal(fleet, id)).toMatchObject({ state: "pending", vmId: null });
    await fleet.admin(`${hold}/release`, {});

    const { outcome } = await fleet.outcomeOf("vm-address");

    expect(outcome).toMatchObject({ kind: "healed", code: "guest-dhcp" });
  });

  it("heals the secondary NIC that has the address, though the primary one answers", async () => {
    const id = await alert(fleet, "DestinationAddress", "10.40.0.13");

    const { outcome } = await fleet.outcomeOf("vm-second");

    expect(outcome).toMatchObject({ kind: "healed", code: "guest-dhcp" });
    expect(await readSignal(fleet, id)).toMatchObject({
      state: "taken",
      nicId: nicIdOf(fleet, "vm-second-2").toLowerCase(),
    });
  });

  it("heals the VM behind a public address", async () => {
    await alert(fleet, "DestinationIP", "203.0.113.14");

    const { outcome } = await fleet.outcomeOf("vm-public");

    expect(outcome).toMatchObject({ kind: "healed", code: "guest-dhcp" });
  });

  it("heals the VM whose computer a log alert names", async () => {
    await alert(fleet, "Computer", "crane-15.fleet.example");

    const { outcome } = await fleet.outcomeOf("vm-named");

    expect(outcome).toMatchObject({ kind: "healed", code: "guest-dhcp" });
  });

  it("heals a VM of another subscription", async () => {
    await alert(fleet, "DestinationAddress", "10.40.0.18");

    const { outcome, vmId } = await fleet.outcomeOf("vm-branch");

    expect(vmId).toContain(`/subscriptions/${BRANCH}/`);
    expect(outcome).toMatchObject({ kind: "healed", code: "guest-dhcp" });
  });

  it.each([
    ["address", "DestinationAddress", "10.40.0.16"],
    ["name", "Computer", "twin"],
  ])("touches nothing where two VMs of two subscriptions have that %s", async (_, name, value) => {
    const signal = await settledSignal(fleet, await alert(fleet, name, value));

    expect(signal).toMatchObject({ state: "ignored", reason: "ambiguous-address", vmId: null });
    expect(signal.message).toContain("vm-twin-a (rg-fleet, ");
    expect(signal.message).toContain(`vm-twin-b (rg-branch, ${BRANCH})`);
    for (const vm of ["vm-twin-a", "vm-twin-b"]) {
      const { requests, effects } = await fleet.log(vm);
      // Reads may be there: the runs of the other VMs ask their neighbours.
      expect(requests.filter(({ method }) => !["GET", "CONNECT"].includes(method))).toEqual([]);
      expect(effects).toEqual([]);
      expect(await fleet.incidents(vm)).toEqual([]);
    }
  });

  it("starts nothing where nobody has that address", async () => {
    const signal = await settledSignal(fleet, await alert(fleet, "DestinationAddress", "10.9.9.9"));

    expect(signal).toMatchObject({ state: "ignored", reason: "no-match", vmId: null });
    expect(signal.message).toContain("10.9.9.9");
  });
});

describe("many alerts with addresses", () => {
  const numbers = Array.from({ length: 50 }, (_, index) => index + 10);
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await Fleet.start(
      aScenario(
        numbers.map((n) => aHealthyVm(`vm-${n}`, n)),
        { faults: [{ kind: "throttle", operation: "nic.list", retryAfterSeconds: 1 }] },
      ),
      // A busy machine may not answer 50 probes in the short time of the other tests.
      { REMEDIATOR_PROBE_TIMEOUT_SECONDS: "20" },
    );
  });

  afterAll(async () => {
    await fleet.close();
  });

  it("cost one reading of the lists, and one more where Azure put the first one off", async () => {
    const ids = await Promise.all(
      numbers.map(async (n) => await alert(fleet, "DestinationAddress", `10.40.0.${n}`)),
    );

    // One after the other, since 50 pollers would be more work than the runs.
    for (const id of ids) {
      expect(await settledSignal(fleet, id)).toMatchObject({ reason: "healthy" });
    }
    const { requests } = await fleet.log();
    const lists = requests
      .map(({ operation }) => operation)
      .filter((name) => name.endsWith(".list"));
    const oneReading = ["nic.list", "publicIp.list", "subscription.list", "vm.list", "vm.list"];
    expect(lists.toSorted()).toEqual([...oneReading, ...oneReading].toSorted());
  });
});

/** Sends a fired alert with that dimension; gives its signal's id. */
async function alert(fleet: Fleet, dimension: string, value: string): Promise<string> {
  const answer = await fleet.api("/api/alerts", anAlertWithDimensions([dimension, value]));
  expect(answer.status).toBe(202);
  const [accepted] = answerSchema.parse(answer.body).accepted;
  return accepted?.signalId ?? "";
}

/** A VM whose primary NIC is well, and whose secondary one has a wrong static address in Windows. */
function brokenSecondNic(name: string, n: number): VmInput {
  const [nic] = aHealthyVm(name, n).nics;
  const [broken] = aBrokenVm(name, n + 1).nics;
  return aBrokenVm(name, n, { nics: [nic, broken].filter((one) => one !== undefined) });
}

/** A broken VM whose NIC has the public address 203.0.113.N. */
function behindPublicAddress(name: string, n: number): VmInput {
  const [nic] = aBrokenVm(name, n).nics;
  const ipConfigurations = [{ address: `10.40.0.${n}`, publicAddress: `203.0.113.${n}` }];
  return aBrokenVm(name, n, { nics: [{ ...nic, ipConfigurations }] });
}
