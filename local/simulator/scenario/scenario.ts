import { readFileSync } from "node:fs";

import { isIpv4, prefixHolding } from "../../../shared/domain/addresses.ts";
import { ConfigurationError } from "../../../shared/domain/errors.ts";
import { fleetsOf } from "./scenario-fleets.ts";
import type { Fleet } from "./scenario-fleets.ts";
import { diskNameOf, nicNameOf } from "./scenario-names.ts";
import { scenario } from "./scenario-schema.ts";
import type { Scenario, ScenarioLock, ScenarioNic } from "./scenario-schema.ts";
import { problemsOf } from "./schema-problems.ts";

export type { Scenario, ScenarioInput, ScenarioNic, ScenarioVm } from "./scenario-schema.ts";

/**
 * Reads a scenario from data.
 * @throws ConfigurationError `invalid-scenario`, naming the path of every fault.
 */
export function parseScenario(data: unknown, source = "the scenario"): Scenario {
  const parsed = scenario.safeParse(data);
  if (!parsed.success) {
    throw invalid(source, problemsOf(scenario, data, parsed.error));
  }
  const problems = findWrongReferences(parsed.data);
  if (problems.length > 0) {
    throw invalid(source, problems);
  }
  return parsed.data;
}

/**
 * Reads a scenario from a JSON file.
 * @throws ConfigurationError `invalid-scenario`, naming the file and every fault.
 */
export function readScenario(file: string): Scenario {
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw invalid(file, [error instanceof Error ? error.message : String(error)]);
  }
  return parseScenario(data, file);
}

function invalid(source: string, problems: readonly string[]): ConfigurationError {
  return new ConfigurationError(`Cannot read ${source}. ${problems.join("; ")}`, {
    code: "invalid-scenario",
    nextStep: "Correct what is named; docs/scenario.schema.json lists every key.",
  });
}

function findWrongReferences(data: Scenario): string[] {
  const fleets = fleetsOf(data);
  return [
    ...fleets.flatMap((fleet) => [...wrongNames(fleet), ...wrongAddresses(fleet)]),
    ...wrongVms(data, fleets),
    ...repeatedNames(fleets),
  ];
}

function wrongNames(fleet: Fleet): string[] {
  const { path } = fleet;
  const subnets = namesOf(fleet.network.subnets);
  const groups = namesOf(fleet.securityGroups);
  return [
    ...fleet.network.subnets.map((entry, index) =>
      unknownName(`${path}network.subnets.${index}.securityGroup`, entry.securityGroup, groups),
    ),
    ...fleet.vms.flatMap((machine, index) =>
      machine.nics.flatMap((card, nicIndex) => [
        unknownName(`${path}vms.${index}.nics.${nicIndex}.subnet`, card.subnet, subnets),
        unknownName(
          `${path}vms.${index}.nics.${nicIndex}.securityGroup`,
          card.securityGroup,
          groups,
        ),
      ]),
    ),
    ...fleet.locks.flatMap((entry, index) =>
      wrongNamesOfLock(fleet, entry, `${path}locks.${index}`),
    ),
  ].filter((problem) => problem !== null);
}

/** Faults and alerts may speak of a VM of any subscription. */
function wrongVms(data: Scenario, fleets: readonly Fleet[]): string[] {
  const vms = namesOf(fleets.flatMap((fleet) => fleet.vms));
  return [
    ...data.faults.map((entry, index) => unknownName(`faults.${index}.vm`, entry.vm, vms)),
    ...data.alerts.map((entry, index) => unknownName(`alerts.${index}.vm`, entry.vm, vms)),
  ].filter((problem) => problem !== null);
}

function wrongNamesOfLock(fleet: Fleet, lock: ScenarioLock, path: string): (string | null)[] {
  const disks = fleet.vms
    .filter((machine) => machine.osDisk === "managed")
    .map((machine) => diskNameOf(machine));
  return [
    unknownName(`${path}.vm`, lock.vm, namesOf(fleet.vms)),
    unknownName(`${path}.nic`, lock.nic, new Set(nicNames(fleet))),
    unknownName(`${path}.disk`, lock.disk, new Set(disks)),
  ];
}

function nicNames(fleet: Fleet): string[] {
  return fleet.vms.flatMap((machine) =>
    machine.nics.map((card, index) => nicNameOf(machine, card, index)),
  );
}

function namesOf(entries: readonly { readonly name: string }[]): ReadonlySet<string> {
  return new Set(entries.map((entry) => entry.name));
}

function unknownName(
  path: string,
  wanted: string | undefined,
  known: ReadonlySet<string>,
): string | null {
  return wanted === undefined || known.has(wanted)
    ? null
    : `${path}: nothing here is named ${wanted}`;
}

function wrongAddresses(fleet: Fleet): string[] {
  return fleet.vms.flatMap((machine, index) =>
    machine.nics.flatMap((card, nicIndex) =>
      wrongAddressesOf(fleet, card, `${fleet.path}vms.${index}.nics.${nicIndex}`),
    ),
  );
}

function wrongAddressesOf(fleet: Fleet, card: ScenarioNic, path: string): string[] {
  const problems: string[] = [];
  for (const [index, entry] of card.ipConfigurations.entries()) {
    const home = entry.subnet ?? card.subnet ?? fleet.network.subnets[0]?.name ?? "";
    if (isIpv4(entry.address) && !liesIn(fleet, home, entry.address)) {
      problems.push(`${path}.ipConfigurations.${index}.address: lies in no prefix of ${home}`);
    }
  }
  return problems;
}

function liesIn(fleet: Fleet, subnetName: string, address: string): boolean {
  const home = fleet.network.subnets.find((entry) => entry.name === subnetName);
  return prefixHolding(address, home?.prefixes ?? []) !== null;
}

/** Subscriptions are told apart by their ids; `/_simulator` finds VMs and NICs by their names alone. */
function repeatedNames(fleets: readonly Fleet[]): string[] {
  return [
    ...repeated(
      "subscriptions: two have the same id",
      fleets.map(({ id }) => id),
    ),
    ...repeated(
      "vms: two have the same name",
      fleets.flatMap(({ vms }) => vms).map(({ name }) => name),
    ),
    ...repeated(
      "nics: two have the same name",
      fleets.flatMap((fleet) => nicNames(fleet)),
    ),
  ];
}

/** One text for each name that comes a second time, in any letter case. */
function repeated(problem: string, names: readonly string[]): string[] {
  const lower = names.map((name) => name.toLowerCase());
  return names
    .filter((_name, index) => lower.indexOf(lower[index] ?? "") < index)
    .map((name) => `${problem}, ${name}, over all subscriptions`);
}
