import { setTimeout as pause } from "node:timers/promises";

import { z } from "zod";

import type { ScenarioInput } from "../../local/simulator/scenario/scenario.ts";
import { endsOf, strikes, type Strike } from "./fault-ends.ts";
import type { FaultRow, RowEnd } from "./fault-row.ts";
import { Fleet } from "./fleet.ts";
import { aBrokenVm, aHealthyVm, aScenario, type VmInput } from "./scenarios.ts";

type ScenarioFault = NonNullable<ScenarioInput["faults"]>[number];

const listSchema = z.object({
  incidents: z.array(z.object({ vmName: z.string(), closedAt: z.string().nullable() })),
  counters: z.record(z.string(), z.number()),
});

/** Time by which every run must have ended. */
const BOUND_SECONDS = 110;
const LOOK_MILLISECONDS = 150;
/** How many rows begin at a time: more on two cores would be late, which is another fault. */
const AT_ONCE = 12;
/** After that a row only waits for something. */
const BEGINNING_MILLISECONDS = 8000;
const SUBNETS = { fleet: "10.40.0.0/23", pair: "10.41.0.0/24", alone: "10.42.0.0/24" } as const;
const CONTROLS = 3;

/**
 * A fleet with one VM for each row, and VMs that answer beside them. Run side by side, the faults are there from the
 * start, each for its row's VM; run one by one, a NIC gets another MAC address with its address.
 */
export async function startFaultFleet(
  rows: readonly FaultRow[],
  settings: Readonly<Record<string, string>>,
  struck: "side by side" | "one by one",
): Promise<Fleet> {
  const controls = Array.from({ length: CONTROLS }, (_, n) => aHealthyVm(`control-${n}`, 4 + n));
  const mute: VmInput = {
    name: "mute",
    nics: [{ subnet: "pair", ipConfigurations: [{ address: "10.41.0.4" }] }],
  };
  const machines = rows.map((row, index) => machineOf(row, index));
  const mutes = { kind: "dropProbe", vm: "mute", count: "always" } as const;
  const faults = rows.flatMap((row, index) => faultsOf(row, index));
  const fleet = await Fleet.start(
    aScenario([...controls, mute, ...machines], {
      network: {
        subnets: Object.entries(SUBNETS).map(([name, prefix]) => ({ name, prefixes: [prefix] })),
      },
      keepMac: struck === "side by side",
      faults: struck === "side by side" ? [mutes, ...faults] : [],
    }),
    settings,
  );
  await fleet.admin("/subscriptions", { kind: "alerts", url: `${fleet.url}/api/alerts` });
  return fleet;
}

/** Runs all rows beside each other, a few beginning at a time, and says how each ended. */
export async function runSideBySide(
  fleet: Fleet,
  rows: readonly FaultRow[],
): Promise<readonly RowEnd[]> {
  const names = [...rows.keys()].map((index) => nameOf(index));
  const waiting = [...names];
  let busy: readonly { readonly name: string; readonly since: number }[] = [];
  await warmUp(fleet);
  await untilEnded(fleet, names, async (ended) => {
    const now = Date.now();
    busy = busy.filter(
      ({ name, since }) => !ended.has(name) && now - since < BEGINNING_MILLISECONDS,
    );
    const next = waiting.splice(0, AT_ONCE - busy.length);
    for (const name of next) {
      await fleet.admin("/alerts", { vm: name });
    }
    busy = [...busy, ...next.map((name) => ({ name, since: now }))];
  });
  return await endsOf(fleet, rows, { struck: await strikes(fleet), nameOf });
}

/** Runs one row after the other, each with the fleet for itself, and says how each ended. */
export async function runOneByOne(
  fleet: Fleet,
  rows: readonly FaultRow[],
): Promise<readonly RowEnd[]> {
  const all: Strike[] = [];
  await warmUp(fleet);
  for (const [index, row] of rows.entries()) {
    for (const fault of faultsOf(row, index)) {
      await fleet.admin("/faults", ABOUT_NO_VM.has(fault.operation ?? "") ? without(fault) : fault);
    }
    await fleet.admin("/alerts", { vm: nameOf(index) });
    await untilEnded(fleet, [nameOf(index)], async () => await Promise.resolve());
    for (const { kind, struck } of await strikes(fleet)) {
      all.push({ kind, struck, vm: nameOf(index) });
    }
    await fetch(`${fleet.simulator.armEndpoint}/_simulator/faults`, { method: "DELETE" });
  }
  return await endsOf(fleet, rows, { struck: all, nameOf });
}

/** Requests which the simulator cannot tie to a VM. */
const ABOUT_NO_VM = new Set(["lock.list", "subnet.get", "snapshot.get", "snapshot.list"]);

/** What happens to a VM would otherwise happen at the request of any row. */
const OF_A_VM = new Set([
  "power",
  "deleteVm",
  "humanNicChange",
  "humanGuestChange",
  "lease",
  "health",
]);

function without(fault: ScenarioFault): unknown {
  return { ...fault, vm: undefined };
}

function faultsOf({ faults }: FaultRow, index: number): readonly ScenarioFault[] {
  const vm = nameOf(index);
  return faults.map((fault) => ({
    vm,
    ...(OF_A_VM.has(fault.kind) ? { about: vm } : {}),
    ...fault,
  }));
}

function machineOf(row: FaultRow, index: number): VmInput {
  const { right, subnet = "fleet", lease = "azure", vm } = row;
  const made = right === true ? aHealthyVm : aBrokenVm;
  const machine = { ...made(nameOf(index), 20 + index), ...vm };
  const nics = machine.nics.map((nic) => ({ ...nic, lease, subnet }));
  return { ...machine, nics: subnet === "fleet" ? nics : nics.map((nic) => moved(nic, subnet)) };
}

function moved(nic: VmInput["nics"][number], subnet: "pair" | "alone"): VmInput["nics"][number] {
  const network = SUBNETS[subnet].slice(0, SUBNETS[subnet].indexOf(".0/"));
  return { ...nic, ipConfigurations: [{ address: `${network}.10` }] };
}

function nameOf(index: number): string {
  return `row-${index}`;
}

/** Lets the host load what it needs, so that the first row's waits are not spent on that. */
async function warmUp(fleet: Fleet): Promise<void> {
  await fleet.admin("/alerts", { vm: "control-0" });
  await fleet.until("a signal that is answered", BOUND_SECONDS, async () => {
    const { counters } = listSchema.parse((await fleet.api("/api/incidents")).body);
    return counters["healthy"] === undefined ? null : true;
  });
}

/** Waits until each of these VMs has an incident with an outcome; `meanwhile` hears which ones have. */
async function untilEnded(
  fleet: Fleet,
  names: readonly string[],
  meanwhile: (ended: ReadonlySet<string>) => Promise<void>,
): Promise<void> {
  let open = names;
  try {
    await fleet.until("the outcomes", BOUND_SECONDS, async () => {
      const { incidents } = listSchema.parse((await fleet.api("/api/incidents?limit=500")).body);
      const closed = incidents.filter(({ closedAt }) => closedAt !== null);
      const ended = new Set(closed.map(({ vmName }) => vmName));
      open = names.filter((name) => !ended.has(name));
      await meanwhile(ended);
      await pause(LOOK_MILLISECONDS);
      return open.length === 0 || null;
    });
  } catch (error) {
    throw new Error(`No outcome of ${open.join(", ")}`, { cause: error });
  }
}
