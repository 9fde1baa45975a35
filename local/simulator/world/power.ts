import { interruptManaged, pushManaged } from "../arm/managed-command.ts";
import { interruptCommand, pushCommand } from "../arm/run-command.ts";
import { FRESH_CONSOLE } from "../console/console-state.ts";
import { bootText, withPrinted } from "../console/serial-log.ts";
import { plugAdapters } from "../guest/plug-adapters.ts";
import { restart } from "../guest/run.ts";
import type { EffectCause } from "../log.ts";
import { guestWorld } from "../network/fabric.ts";
import type { Simulation } from "../simulation.ts";
import { fireTasks, hearAgents, setGuest } from "./guests.ts";
import { everySubscription } from "./subscriptions.ts";
import type { VmState } from "./world.ts";
import { nicsOf } from "./world.ts";

/** Lets everything happen that is due, and every agent that is heard report and fetch what waits for it. */
export function settle(simulation: Simulation): void {
  simulation.timeline.advance();
  catchUp(simulation);
}

/** What follows from any change: agents that are heard report, and commands move on. */
export function catchUp(simulation: Simulation): void {
  for (const view of everySubscription(simulation)) {
    hearAgents(view.world, view.now().getTime());
    for (const vm of view.world.vms.values()) {
      pushCommand(view, vm);
      pushManaged(view, vm);
    }
  }
}

/** Starts a stopped VM; `done` is called once it runs. */
export function startVm(
  simulation: Simulation,
  vm: VmState,
  by: EffectCause,
  done?: () => void,
): void {
  if (vm.power === "running") {
    done?.();
    return;
  }
  boot(simulation, vm, { kind: "vmStarted", by, detail: "started", ...(done && { done }) });
}

/** Restarts a running VM; a stopped one stays as it is. */
export function restartVm(
  simulation: Simulation,
  vm: VmState,
  why: { readonly by: EffectCause; readonly detail: string; readonly done?: () => void },
): void {
  if (vm.power !== "running") {
    why.done?.();
    return;
  }
  interruptCommand(simulation, vm);
  interruptManaged(simulation, vm);
  boot(simulation, vm, { kind: "vmRestarted", ...why });
}

/** Stops a VM, with or without giving its place back to Azure. */
export function stopVm(
  simulation: Simulation,
  vm: VmState,
  target: "stopped" | "deallocated",
  why: { readonly by: EffectCause; readonly done?: () => void },
): void {
  interruptCommand(simulation, vm);
  interruptManaged(simulation, vm);
  vm.power = target === "stopped" ? "stopping" : "deallocating";
  const going = vm.power;
  after(simulation, simulation.latency.powerMs(), () => {
    if (vm.power === going) {
      vm.power = target;
      vm.provisionedAt = simulation.now().getTime();
      const kind = target === "stopped" ? "vmStopped" : "vmDeallocated";
      simulation.log.effect({ kind, by: why.by, vm: vm.name, detail: "" });
    }
    why.done?.();
  });
}

/** Deletes a VM; its NICs and its disk stay, as Azure leaves them by default. */
export function deleteVm(simulation: Simulation, vm: VmState, by: EffectCause): void {
  interruptCommand(simulation, vm);
  interruptManaged(simulation, vm);
  simulation.world.vms.delete(vm.name.toLowerCase());
  for (const nic of nicsOf(simulation.world, vm)) {
    nic.vm = null;
  }
  const disk = simulation.world.disks.get(vm.osDisk.name.toLowerCase());
  if (disk !== undefined) {
    disk.vm = null;
  }
  simulation.log.effect({ kind: "vmDeleted", by, vm: vm.name, detail: "" });
}

function boot(
  simulation: Simulation,
  vm: VmState,
  why: {
    readonly kind: "vmStarted" | "vmRestarted";
    readonly by: EffectCause;
    readonly detail: string;
    readonly done?: () => void;
  },
): void {
  vm.power = "starting";
  after(simulation, simulation.latency.powerMs(), () => {
    if (vm.power === "starting") {
      arrive(simulation, vm);
      simulation.log.effect({ kind: why.kind, by: why.by, vm: vm.name, detail: why.detail });
    }
    why.done?.();
  });
}

function arrive(simulation: Simulation, vm: VmState): void {
  const at = simulation.now().getTime();
  vm.power = "running";
  vm.console = FRESH_CONSOLE;
  vm.provisionedAt = at;
  vm.agentFrom = at + simulation.latency.agentMs();
  if (vm.guest !== null) {
    vm.serialLog = withPrinted(vm.serialLog, bootText(vm.guest.computerName, vm.vmId));
    const macs = nicsOf(simulation.world, vm).map((nic) => nic.mac);
    const plugged = plugAdapters(vm.guest, macs, () => simulation.random.guid());
    setGuest(simulation, vm, plugged, "restart");
    setGuest(simulation, vm, restart(plugged, guestWorld(simulation.world, vm, at)), "restart");
    // A task whose time went by while the VM was off fires now (StartWhenAvailable).
    fireTasks(simulation, at);
  }
  simulation.timeline.schedule(vm.agentFrom, () => {
    catchUp(simulation);
  });
}

function after(simulation: Simulation, ms: number, run: () => void): void {
  simulation.timeline.schedule(simulation.now().getTime() + ms, run);
}
