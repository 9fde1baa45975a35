import type { Simulation } from "../simulation.ts";
import { subscriptionIn } from "./subscription-in.ts";
import type { NicState, VmState, World } from "./world.ts";

/** Something of one subscription, and the simulation as that subscription sees it. */
export interface Found<T> {
  readonly simulation: Simulation;
  readonly resource: T;
}

/** The simulation once for each subscription, the main one first. */
export function everySubscription(simulation: Simulation): readonly Simulation[] {
  return simulation.worlds.map((world) => ({ ...simulation, world }));
}

/** The simulation as the subscription in a path sees it; the main one where the path names none that is known. */
export function subscriptionOf(simulation: Simulation, path: string): Simulation {
  const id = subscriptionIn(path)?.toLowerCase();
  const [main] = simulation.worlds;
  const world = simulation.worlds.find((entry) => entry.subscriptionId.toLowerCase() === id);
  return { ...simulation, world: world ?? main };
}

/** The VM of that name, in whichever subscription; null if there is none. */
export function findVm(simulation: Simulation, name: string): Found<VmState> | null {
  return find(simulation, (world) => world.vms.get(name.toLowerCase()));
}

/** The NIC of that name, in whichever subscription; null if there is none. */
export function findNic(simulation: Simulation, name: string): Found<NicState> | null {
  return find(simulation, (world) => world.nics.get(name.toLowerCase()));
}

function find<T>(simulation: Simulation, pick: (world: World) => T | undefined): Found<T> | null {
  for (const view of everySubscription(simulation)) {
    const resource = pick(view.world);
    if (resource !== undefined) {
      return { simulation: view, resource };
    }
  }
  return null;
}
