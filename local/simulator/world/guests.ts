import { fireDueTasks } from "../guest/run.ts";
import type { GuestState, GuestTaskState } from "../guest/state.ts";
import type { EffectCause } from "../log.ts";
import { agentReady, guestWorld } from "../network/fabric.ts";
import type { Simulation } from "../simulation.ts";
import { guestEffects } from "./guest-effects.ts";
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
export function nextTaskAt(worlds: readonly World[]): number | null {
  const instants = worlds
    .flatMap((world) => [...world.vms.values()])
    .filter((vm) => vm.power === "running")
    .flatMap((vm) => waitingTasks(vm))
    .map((task) => Date.parse(task.fireAt));
  return instants.length === 0 ? null : Math.min(...instants);
}

/** Fires the scheduled tasks which are due in the subscription's running guests. */
export function fireTasks(simulation: Pick<Simulation, "log" | "world">, at: number): void {
  for (const vm of simulation.world.vms.values()) {
    const due = waitingTasks(vm).filter((task) => Date.parse(task.fireAt) <= at);
    if (due.length > 0 && vm.guest !== null && vm.power === "running") {
      for (const task of due) {
        vm.firedTasks.add(markOf(task));
      }
      setGuest(
        simulation,
        vm,
        fireDueTasks(vm.guest, guestWorld(simulation.world, vm, at)),
        "task",
      );
    }
  }
}

function waitingTasks(vm: VmState): readonly GuestTaskState[] {
  return (vm.guest?.tasks ?? []).filter((task) => !vm.firedTasks.has(markOf(task)));
}

function markOf(task: GuestTaskState): string {
  return `${task.name} at ${task.fireAt}`;
}

/** Notes for each VM whose agent reaches Azure that it has just reported. */
export function hearAgents(world: World, at: number): void {
  for (const vm of world.vms.values()) {
    if (agentReady(world, vm, at)) {
      vm.agentReportedAt = at;
    }
  }
}
