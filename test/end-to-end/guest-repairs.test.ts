import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { Fleet, type ShownIncident } from "./fleet.ts";
import { aRepairableVm, REPAIRABLE, type Repairable } from "./repairable-vms.ts";
import { aHealthyVm, aScenario, type VmInput } from "./scenarios.ts";

const guestSchema = z.looseObject({
  dhcpService: z.object({ state: z.string(), startMode: z.string() }),
  tasks: z.array(z.unknown()),
  adapters: z.array(
    z.looseObject({
      enabled: z.boolean(),
      dhcp: z.boolean(),
      addresses: z.array(z.looseObject({ ip: z.string() })),
    }),
  ),
});
type Guest = z.output<typeof guestSchema>;
type Faults = NonNullable<ScenarioInput["faults"]>;

/** Requests which show that Windows was told to change. */
const CHANGING = new Set(["repair-adapter", "set-addresses", "switch-to-dhcp"]);

describe("repairs inside Windows", () => {
  let fleet: Fleet;

  afterEach(async () => {
    await fleet.close();
  });

  async function start(
    vms: readonly VmInput[],
    faults: Faults = [],
    settings: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const scenario = aScenario([...vms, aHealthyVm("vm-control", 250)], { faults });
    fleet = await Fleet.start(scenario, settings);
  }

  async function healed(vm: string): Promise<ShownIncident> {
    await fleet.heal(vm);
    return await fleet.outcomeOf(vm);
  }

  async function guestOf(vm: string): Promise<Guest> {
    const vms = z.array(z.looseObject({ name: z.string(), guest: z.unknown() }));
    const state = z.object({ vms }).parse(await fleet.admin("/state"));
    return guestSchema.parse(state.vms.find(({ name }) => name === vm)?.guest);
  }

  async function scriptsOf(vm: string): Promise<readonly string[]> {
    const { requests } = await fleet.log(vm);
    return requests.flatMap(({ operation, script }) =>
      operation === "runCommand.post" && typeof script === "string" ? script : [],
    );
  }

  async function effectsOf(vm: string): Promise<readonly string[]> {
    return (await fleet.log(vm)).effects.map(({ kind }) => kind);
  }

  it.each(REPAIRABLE)("heal $title", async (repairable) => {
    const { vm, faults } = aRepairableVm(repairable, "vm-a", 10);
    await start([vm], faults);

    const { outcome, ledger } = await healed("vm-a");

    expect(outcome).toMatchObject({ kind: "healed", code: repairable.code });
    expect(ledger.map(({ state }) => state)).toEqual(repairable.script.map(() => "done"));
    expect(await effectsOf("vm-a")).toEqual([
      "snapshotCreated",
      ...repairable.effects,
      "snapshotUpdated",
    ]);
    expect(await scriptsOf("vm-a")).toEqual(["read-guest", ...repairable.script]);
    expect((await guestOf("vm-a")).tasks).toEqual([]);
  });
});
