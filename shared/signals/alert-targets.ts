import { targetText } from "../domain/signal.ts";
import type { Alert } from "./alert-schema.ts";
import { type HealableTarget, findTargets, readTarget, readVmName } from "./target.ts";

interface Dimension {
  readonly name: string;
  readonly value: string;
}

/** Dimensions whose whole purpose is to name the resource, best first, in lower case. */
const NAMING = ["destinationresourceid", "_resourceid"];

/**
 * Dimensions that may name the VM by an address or its computer's name, in lower case. Source: metrics of
 * `networkWatchers/connectionMonitors`, and the columns `Computer` and `_Computer` of Azure Monitor's log tables.
 */
const ADDRESSING: ReadonlySet<string> = new Set([
  "destinationaddress",
  "destinationip",
  "computer",
  "_computer",
]);

/**
 * What an alert is about, each once: the VMs and NICs among `alertTargetIDs`, else those that the dimensions name by
 * id, else the addresses there, else the computers. A test of Connection Monitor also names the VM that it ran from:
 * dimensions called `Source…` do not count.
 */
export function alertTargets(alert: Alert): readonly HealableTarget[] {
  const direct = (alert.essentials.alertTargetIDs ?? []).flatMap((id) => readTarget(id) ?? []);
  if (direct.length > 0) {
    return distinct(direct);
  }
  const dimensions = dimensionsOf(alert);
  for (const name of NAMING) {
    const named = dimensions.filter((dimension) => dimension.name === name).flatMap(targetsIn);
    if (named.length > 0) {
      return distinct(named);
    }
  }
  const found = dimensions.filter(({ name }) => !name.startsWith("source")).flatMap(targetsIn);
  return distinct(found.length > 0 ? found : namesIn(dimensions));
}

/** The name that a test was set up with and the address that it was found at are one machine: only the address counts. */
function namesIn(dimensions: readonly Dimension[]): readonly HealableTarget[] {
  const names = dimensions
    .filter(({ name }) => ADDRESSING.has(name))
    .flatMap(({ value }) => readVmName(value) ?? []);
  const addresses = names.filter(({ kind }) => kind === "address");
  return addresses.length > 0 ? addresses : names;
}

function dimensionsOf(alert: Alert): readonly Dimension[] {
  const criteria = alert.alertContext?.condition?.allOf ?? [];
  return criteria
    .flatMap((criterion) => criterion.dimensions ?? [])
    .map(({ name, value }) => ({ name: (name ?? "").trim().toLowerCase(), value: value ?? "" }));
}

function targetsIn(dimension: Dimension): readonly HealableTarget[] {
  return findTargets(dimension.value);
}

function distinct(targets: readonly HealableTarget[]): readonly HealableTarget[] {
  return [...new Map(targets.map((target) => [targetText(target), target])).values()];
}
