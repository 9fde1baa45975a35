import { readFileSync } from "node:fs";

import { isIpv4, prefixHolding } from "../../shared/domain/addresses.ts";
import { ConfigurationError } from "../../shared/domain/errors.ts";
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
  return [...wrongNames(data), ...wrongAddresses(data), ...repeatedNames(data)];
}

function wrongNames(data: Scenario): string[] {
  const subnets = namesOf(data.network.subnets);
  const groups = namesOf(data.securityGroups);
  const vms = namesOf(data.vms);
  return [
    ...data.network.subnets.map((entry, index) =>
      unknownName(`network.subnets.${index}.securityGroup`, entry.securityGroup, groups),
    ),
    ...data.vms.flatMap((machine, index) =>
      machine.nics.flatMap((card, nicIndex) => [
        unknownName(`vms.${index}.nics.${nicIndex}.subnet`, card.subnet, subnets),
        unknownName(`vms.${index}.nics.${nicIndex}.securityGroup`, card.securityGroup, groups),
      ]),
    ),
    ...data.faults.map((entry, index) => unknownName(`faults.${index}.vm`, entry.vm, vms)),
    ...data.locks.flatMap((entry, index) => wrongNamesOfLock(data, entry, `locks.${index}`)),
    ...data.alerts.map((entry, index) => unknownName(`alerts.${index}.vm`, entry.vm, vms)),
  ].filter((problem) => problem !== null);
}

function wrongNamesOfLock(data: Scenario, lock: ScenarioLock, path: string): (string | null)[] {
  const nics = data.vms.flatMap((machine) =>
    machine.nics.map((card, index) => nicNameOf(machine, card, index)),
  );
  const disks = data.vms
    .filter((machine) => machine.osDisk === "managed")
    .map((machine) => diskNameOf(machine));
  return [
    unknownName(`${path}.vm`, lock.vm, namesOf(data.vms)),
    unknownName(`${path}.nic`, lock.nic, new Set(nics)),
    unknownName(`${path}.disk`, lock.disk, new Set(disks)),
  ];
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

function wrongAddresses(data: Scenario): string[] {
  return data.vms.flatMap((machine, index) =>
    machine.nics.flatMap((card, nicIndex) =>
      wrongAddressesOf(data, card, `vms.${index}.nics.${nicIndex}`),
    ),
  );
}

function wrongAddressesOf(data: Scenario, card: ScenarioNic, path: string): string[] {
  const problems: string[] = [];
  for (const [index, entry] of card.ipConfigurations.entries()) {
    const home = entry.subnet ?? card.subnet ?? data.network.subnets[0]?.name ?? "";
    if (isIpv4(entry.address) && !liesIn(data, home, entry.address)) {
      problems.push(`${path}.ipConfigurations.${index}.address: lies in no prefix of ${home}`);
    }
  }
  return problems;
}

function liesIn(data: Scenario, subnetName: string, address: string): boolean {
  const home = data.network.subnets.find((entry) => entry.name === subnetName);
  return prefixHolding(address, home?.prefixes ?? []) !== null;
}

function repeatedNames(data: Scenario): string[] {
  const names = new Set(data.vms.map((machine) => machine.name.toLowerCase()));
  return names.size < data.vms.length ? ["vms: two have the same name"] : [];
}
