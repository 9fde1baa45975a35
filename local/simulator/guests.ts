import { agentReady, guestWorld } from "./fabric.ts";
import { guestEffects } from "./guest-effects.ts";
import { fireDueTasks } from "./guest/run.ts";
import type { GuestState } from "./guest/state.ts";
import type { EffectCause } from "./log.ts";
import type { Simulation } from "./simulation.ts";
import type { VmState, World } from "./world.ts";

/** Gives the VM's guest its next state, and writes into the log what differs. */
export function setGuest(
  simulation: Pick<Simulation, "log">,
  vm: VmState,
  next: GuestState,
  by: EffectCause,
): void {
  const before = vm.guest;
  vm.guest = next;
  for (const { kind, detail } of before === null ? [] : guestEffects(before, next)) {
    simulation.log.effect({ kind, by, vm: vm.name, detail });
  }
}

/** The earliest instant (ms) at which a scheduled task of a running guest fires; null if none is armed. */
export function nextTaskAt(world: World): number | null {
  const instants = [...world.vms.values()]
    .filter((vm) => vm.power === "running")
    .flatMap((vm) => vm.guest?.tasks ?? [])
    .map((task) => Date.parse(task.fireAt));
  return instants.length === 0 ? null : Math.min(...instants);
}

/** Fires the scheduled tasks which are due in running guests. */
export function fireTasks(simulation: Pick<Simulation, "log" | "world">, at: number): void {
  for (const vm of simulation.world.vms.values()) {
    const isDue = vm.guest?.tasks.some((task) => Date.parse(task.fireAt) <= at) === true;
    if (isDue && vm.guest !== null && vm.power === "running") {
      setGuest(
        simulation,
        vm,
        fireDueTasks(vm.guest, guestWorld(simulation.world, vm, at)),
        "task",
      );
    }
  }
}

/** Notes for each VM whose agent reaches Azure that it has just reported. */
export function hearAgents(world: World, at: number): void {
  for (const vm of world.vms.values()) {
    if (agentReady(world, vm, at)) {
      vm.agentReportedAt = at;
    }
  }
}
