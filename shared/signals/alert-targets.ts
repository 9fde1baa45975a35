import type { Alert } from "./alert-schema.ts";
import { targetText } from "./decoded.ts";
import { type ResourceTarget, findTargets, readTarget } from "./target.ts";

interface Dimension {
  readonly name: string;
  readonly value: string;
}

/** Dimensions whose whole purpose is to name the resource, best first, in lower case. */
const NAMING = ["destinationresourceid", "_resourceid"];

/**
 * The VMs and NICs that an alert is about, each once: those among `alertTargetIDs`, else those that the dimensions
 * name. A test of Connection Monitor also names the VM that it ran from: dimensions called `Source…` do not count.
 */
export function alertTargets(alert: Alert): readonly ResourceTarget[] {
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
  return distinct(dimensions.filter(({ name }) => !name.startsWith("source")).flatMap(targetsIn));
}

function dimensionsOf(alert: Alert): readonly Dimension[] {
  const criteria = alert.alertContext?.condition?.allOf ?? [];
  return criteria
    .flatMap((criterion) => criterion.dimensions ?? [])
    .map(({ name, value }) => ({ name: (name ?? "").trim().toLowerCase(), value: value ?? "" }));
}

function targetsIn(dimension: Dimension): readonly ResourceTarget[] {
  return findTargets(dimension.value);
}

function distinct(targets: readonly ResourceTarget[]): readonly ResourceTarget[] {
  return [...new Map(targets.map((target) => [targetText(target), target])).values()];
}
