import { afterEach, describe, expect, it } from "vitest";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import type { Fleet } from "./fleet.ts";
import { alerted, aStubbornVm, startResets } from "./resets.ts";
import { addressOf, lasting, putsOf, readNic } from "./shown-nics.ts";

type Faults = NonNullable<ScenarioInput["faults"]>;

describe("a NIC reset with trouble in between", () => {
  let fleet: Fleet;

  afterEach(async () => {
    await fleet.close();
  });

  async function accepted(vm: string): Promise<number> {
    return (await putsOf(fleet, vm)).filter(({ status }) => status === 200).length;
  }

  it.each<[string, Faults, readonly (number | string)[]]>([
    [
      "Azure is still at work on the NIC",
      [
        {
          kind: "error",
          operation: "nic.put",
          vm: "vm-a",
          nth: 2,
          count: 3,
          status: 429,
          code: "RetryableErrorDueToAnotherOperation",
        },
      ],
      [200, 429, 429, 429, 200, 200],
    ],
    [
      "answers are lost",
      [{ kind: "lost", operation: "nic.put", vm: "vm-a", count: 3 }],
      ["lost", "lost", "lost"],
    ],
    [
      "Azure answers 500 after the effect",
      [{ kind: "error", operation: "nic.put", vm: "vm-a", count: 2, when: "after" }],
      [500, 500, 200],
    ],
    [
      "the swap fails without effect",
      [{ kind: "failOperation", operation: "nic.put", vm: "vm-a" }],
      [200, 200, 200, 200],
    ],
    [
      "the swap fails after its effect",
      [{ kind: "failOperation", operation: "nic.put", vm: "vm-a", when: "after" }],
      [200, 200, 200],
    ],
    [
      "the way back fails once, and its last write once",
      [
        {
          kind: "failOperation",
          operation: "nic.put",
          vm: "vm-a",
          nth: 2,
          code: "CanceledAndSupersededDueToAnotherOperation",
        },
        { kind: "failOperation", operation: "nic.put", vm: "vm-a", nth: 4, when: "after" },
      ],
      [200, 200, 200, 200, 200],
    ],
    [
      "an operation never ends",
      [{ kind: "stuck", operation: "nic.put", vm: "vm-a" }],
      [200, 200, 200],
    ],
  ])("heals, and leaves the NIC as it was: %s", async (_what, faults, statuses) => {
    fleet = await startResets([aStubbornVm("vm-a", 10)], { faults });
    const before = await readNic(fleet, "vm-a");

    const { outcome } = await alerted(fleet, "vm-a");

    expect(outcome).toMatchObject({ kind: "healed", code: "nic-reset" });
    expect(lasting(await readNic(fleet, "vm-a"))).toEqual(lasting(before));
    expect((await putsOf(fleet, "vm-a")).map(({ status }) => status)).toEqual(statuses);
  });

  it("stops where somebody gives the NIC another address, leaves that, and tells the way back", async () => {
    fleet = await startResets([aStubbornVm("vm-a", 10)], {
      faults: [
        {
          kind: "humanNicChange",
          operation: "nic.put",
          vm: "vm-a",
          about: "vm-a",
          address: "10.40.0.77",
        },
      ],
    });

    const { outcome, ledger } = await alerted(fleet, "vm-a");

    expect(outcome).toMatchObject({ kind: "needsHuman", code: "nic-changed-meanwhile" });
    expect(outcome?.message).toContain('--private-ip-address "10.40.0.10"');
    expect(addressOf(await readNic(fleet, "vm-a"))).toEqual(["10.40.0.77", "Static"]);
    expect(ledger.at(-1)).toMatchObject({ remedy: "nicReset", state: "unknown" });
    expect(await accepted("vm-a")).toBe(1);
  });

  it("keeps what somebody else changes beside the address, and names it", async () => {
    fleet = await startResets([aStubbornVm("vm-a", 10)], {
      faults: [
        {
          kind: "humanNicChange",
          operation: "nic.put",
          vm: "vm-a",
          about: "vm-a",
          tagsOnly: true,
        },
      ],
    });

    const { outcome } = await alerted(fleet, "vm-a");

    const nic = await readNic(fleet, "vm-a");
    expect(outcome).toMatchObject({ kind: "healed", code: "nic-reset" });
    expect(outcome?.remarks.join(" ")).toContain("tags.touchedBy");
    expect(nic.tags).toEqual({ touchedBy: "a person" });
    expect(addressOf(nic)).toEqual(["10.40.0.10", "Dynamic"]);
  });

  it("leaves the NIC to a person where somebody wrote it just before the swap", async () => {
    fleet = await startResets([aStubbornVm("vm-a", 10)], {
      faults: [
        {
          kind: "humanNicChange",
          operation: "nic.put",
          vm: "vm-a",
          about: "vm-a",
          tagsOnly: true,
          when: "before",
        },
      ],
    });

    const { outcome, ledger } = await alerted(fleet, "vm-a");

    expect(outcome).toMatchObject({ kind: "needsHuman", code: "nic-changed-by-others" });
    expect((await putsOf(fleet, "vm-a")).map(({ status }) => status)).toEqual([412]);
    expect(ledger.map(({ state }) => state)).toEqual(["untouched", "untouched"]);
  });

  it.each([
    {
      what: "refuses the swap",
      fault: { nth: 1, status: 403, code: "LinkedAuthorizationFailed" },
      code: "forbidden",
      address: ["10.40.0.10", "Dynamic"],
      state: "untouched",
    },
    {
      what: "refuses the way back",
      fault: { nth: 2, status: 403, code: "LinkedAuthorizationFailed" },
      code: "forbidden",
      address: ["10.40.0.4", "Static"],
      state: "unknown",
    },
    {
      what: "stays away on the way back",
      fault: { nth: 2, status: 503, code: "ServiceUnavailable" },
      code: "azure-unavailable",
      address: ["10.40.0.4", "Static"],
      state: "unknown",
    },
  ])("is left to a person where Azure $what", async ({ fault, code, address, state }) => {
    fleet = await startResets([aStubbornVm("vm-a", 10)], {
      faults: [{ kind: "error", operation: "nic.put", vm: "vm-a", count: "always", ...fault }],
    });

    const { outcome, ledger } = await alerted(fleet, "vm-a");

    expect(outcome).toMatchObject({ kind: "needsHuman", code });
    expect(addressOf(await readNic(fleet, "vm-a"))).toEqual(address);
    expect(ledger.at(-1)).toMatchObject({ remedy: "nicReset", state });
    expect(outcome?.message.includes("az network nic ip-config update")).toBe(state === "unknown");
  });

  it("is finished by the next run, in its own incident", async () => {
    fleet = await startResets([aStubbornVm("vm-a", 10)], {
      faults: [
        { kind: "error", operation: "nic.put", vm: "vm-a", nth: 2, count: "always", status: 403 },
      ],
    });
    const before = await readNic(fleet, "vm-a");
    const first = await alerted(fleet, "vm-a");
    await fetch(`${fleet.simulator.armEndpoint}/_simulator/faults`, { method: "DELETE" });

    await fleet.heal("vm-a");
    const second = await fleet.until("a second outcome", 60, async () => {
      const newest = await fleet.outcomeOf("vm-a");
      return newest.id === first.id ? null : newest;
    });

    expect(second.outcome).toMatchObject({ kind: "healthy" });
    expect(second.outcome?.remarks.join(" ")).toContain(
      `incident ${first.id} left half done was ended`,
    );
    expect((await fleet.incident(first.id)).ledger.at(-1)).toMatchObject({ state: "undone" });
    expect(lasting(await readNic(fleet, "vm-a"))).toEqual(lasting(before));
  });

  it("is finished although no signal is to be answered", async () => {
    fleet = await startResets([aStubbornVm("vm-a", 10)], {
      faults: [
        { kind: "error", operation: "nic.put", vm: "vm-a", nth: 2, count: "always", status: 403 },
      ],
    });
    const before = await readNic(fleet, "vm-a");
    const first = await alerted(fleet, "vm-a");
    await fetch(`${fleet.simulator.armEndpoint}/_simulator/faults`, { method: "DELETE" });

    // In the cool-down an alert is ignored; its run looks after what was left all the same.
    await fleet.admin("/alerts", { vm: "vm-a" });
    await fleet.until("the reset to be ended", 60, async () => {
      const { ledger } = await fleet.incident(first.id);
      return ledger.at(-1)?.state === "undone" ? true : null;
    });

    expect(await fleet.incidents("vm-a")).toHaveLength(1);
    expect(lasting(await readNic(fleet, "vm-a"))).toEqual(lasting(before));
  });

  it("is told of again as long as it cannot be finished", async () => {
    fleet = await startResets([aStubbornVm("vm-a", 10)], {
      faults: [
        { kind: "error", operation: "nic.put", vm: "vm-a", nth: 2, count: "always", status: 403 },
      ],
    });
    const first = await alerted(fleet, "vm-a");

    await fleet.heal("vm-a");
    const second = await fleet.until("a second outcome", 60, async () => {
      const newest = await fleet.outcomeOf("vm-a");
      return newest.id === first.id ? null : newest;
    });

    expect(second.outcome).toMatchObject({ kind: "needsHuman", code: "nic-reset-unfinished" });
    expect(second.outcome?.nextStep).toContain('--private-ip-address "10.40.0.10"');
    expect((await fleet.incident(first.id)).ledger.at(-1)).toMatchObject({ state: "unknown" });
    expect(second.ledger).toEqual([]);
  });

  it.each([
    ["by a dry run", { dryRun: true }, false],
    ["where the VM was opted out since", {}, true],
  ])("is only reported %s", async (_what, request, optsOut) => {
    fleet = await startResets([aStubbornVm("vm-a", 10)], {
      faults: [
        { kind: "error", operation: "nic.put", vm: "vm-a", nth: 2, count: "always", status: 403 },
      ],
    });
    const first = await alerted(fleet, "vm-a");
    await fetch(`${fleet.simulator.armEndpoint}/_simulator/faults`, { method: "DELETE" });
    if (optsOut) {
      await fetch(`${fleet.simulator.armEndpoint}/_simulator/vms/vm-a`, {
        method: "PATCH",
        body: JSON.stringify({ tags: { "static-ip-remediator": "off" } }),
      });
    }

    await fleet.heal("vm-a", request);
    const second = await fleet.until("a second outcome", 60, async () => {
      const newest = await fleet.outcomeOf("vm-a");
      return newest.id === first.id ? null : newest;
    });

    expect(second.outcome?.remarks.join(" ")).toContain("half done");
    expect(addressOf(await readNic(fleet, "vm-a"))).toEqual(["10.40.0.4", "Static"]);
  });

  it("puts the NIC back although the VM is deallocated in between", async () => {
    fleet = await startResets([aStubbornVm("vm-a", 10)], {
      faults: [
        { kind: "power", operation: "nic.put", vm: "vm-a", about: "vm-a", state: "deallocated" },
      ],
    });

    const { outcome } = await alerted(fleet, "vm-a");

    expect(outcome).toMatchObject({ kind: "needsHuman", code: "reset-unproven" });
    expect(addressOf(await readNic(fleet, "vm-a"))).toEqual(["10.40.0.10", "Dynamic"]);
  });
});
