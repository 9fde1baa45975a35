import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { inParallel } from "../../shared/domain/in-parallel.ts";
import type { RowFault } from "./fault-row.ts";
import { Fleet } from "./fleet.ts";
import { REPAIR_ROWS, type RepairRow } from "./guest-repair-rows.ts";
import { aRepairableVm, REPAIRABLE } from "./repairable-vms.ts";
import { aHealthyVm, aScenario } from "./scenarios.ts";

const stateSchema = z.object({
  vms: z.array(
    z.looseObject({
      name: z.string(),
      guest: z.looseObject({ tasks: z.array(z.unknown()) }).nullable(),
    }),
  ),
});

/** Heals that run beside each other: with more of them the waits would be too short. */
const AT_ONCE = 8;

/** Kinds of effects on Windows; the others are on Azure. */
const ON_WINDOWS = /^(?:adapter|deadMan|dhcp|dns|lease|routes|static)/u;

const rows = REPAIR_ROWS.map((row, index) => ({
  title: row.title,
  row,
  vm: `row-${index}`,
  index,
}));

/** Later faults go first: what a row says of DHCP comes after what its VM says. */
function machinesOf(all: typeof rows): Pick<ScenarioInput, "vms" | "faults"> {
  const made = all.map(({ row, vm, index }) => {
    const n = 10 + index;
    const { repairable, vm: special = repairable.vm, faults = [] } = row;
    const machine = aRepairableVm({ ...repairable, vm: special }, vm, n);
    const striking = faults.map((fault) => struckAt(fault, vm));
    return { ...machine, faults: [...machine.faults, ...striking] };
  });
  return {
    vms: made.map(({ vm }) => vm),
    faults: made.flatMap(({ faults }) => faults),
  };
}

/** What happens to a VM would otherwise happen at the request of any row. */
function struckAt(fault: RowFault, vm: string): NonNullable<ScenarioInput["faults"]>[number] {
  return fault.kind === "lease" || fault.kind === "humanGuestChange"
    ? { vm, about: vm, ...fault }
    : { vm, ...fault };
}

function unrepeated(words: readonly string[]): readonly string[] {
  return words.filter((word, index) => word !== words[index - 1]);
}

describe("repairs inside Windows", () => {
  let fleet: Fleet;

  beforeAll(async () => {
    const { vms, faults } = machinesOf(rows);
    const scenario = aScenario([...vms, aHealthyVm("vm-control", 250)], { faults });
    fleet = await Fleet.start(scenario, {
      REMEDIATOR_PROBE_TIMEOUT_SECONDS: "1",
      REMEDIATOR_GUEST_READ_SECONDS: "30",
      REMEDIATOR_GUEST_SWITCH_SECONDS: "10",
      REMEDIATOR_SNAPSHOT_TIMEOUT_SECONDS: "60",
    });
    await inParallel(rows, AT_ONCE, async ({ vm, row }) => {
      await fleet.heal(vm, row.dryRun === true ? { dryRun: true } : {});
      await fleet.outcomeOf(vm, 110);
    });
  }, 240_000);

  afterAll(async () => {
    await fleet.close();
  });

  it.each(rows)("$title", async ({ vm, row }) => {
    const [incident, another] = await fleet.incidents(vm);
    const { requests, effects } = await fleet.log(vm);
    const { kind, code, message, remarks } = incident?.outcome ?? {};
    const scripts = requests.flatMap(({ operation, script }) =>
      operation === "runCommand.post" ? (script ?? "") : [],
    );
    const left: Omit<RepairRow, "title" | "repairable"> = {
      outcome: `${kind} ${code}`,
      ledger: (incident?.ledger ?? []).map(({ state }) => state),
      scripts: unrepeated(scripts),
      effects: effects.map((effect) => effect.kind).filter((name) => ON_WINDOWS.test(name)),
    };

    const { outcome, ledger, effects: wanted } = row;
    expect(left).toEqual({ outcome, ledger, scripts: row.scripts, effects: wanted });
    expect([message, ...(remarks ?? [])].join("\n")).toContain(row.says ?? "");
    expect(another).toBeUndefined();
    const { vms } = stateSchema.parse(await fleet.admin("/state"));
    expect(vms.find(({ name }) => name === vm)?.guest?.tasks).toEqual([]);
  });
});

describe("repairs inside Windows, in a host that only observes", () => {
  it("are planned and not made", async () => {
    const made = Object.values(REPAIRABLE).map((repairable, index) =>
      aRepairableVm(repairable, `vm-${index}`, 10 + index),
    );
    const scenario = aScenario([...made.map(({ vm }) => vm), aHealthyVm("vm-control", 250)]);
    const fleet = await Fleet.start(scenario, { REMEDIATOR_MODE: "observe" });
    try {
      for (const { vm } of made) {
        await fleet.heal(vm.name);
        const { outcome } = await fleet.outcomeOf(vm.name);

        expect(outcome).toMatchObject({ kind: "refused", code: "observe" });
        expect((await fleet.log(vm.name)).effects).toEqual([]);
      }
    } finally {
      await fleet.close();
    }
  });
});
