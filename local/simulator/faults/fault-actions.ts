import type { Fault } from "../scenario/fault-schema.ts";
import type { Simulation } from "../simulation.ts";
import { changeAddress, changeGuest, removeVm, setPower, touchTags } from "../world/human.ts";
import { findVm } from "../world/subscriptions.ts";
import { nicsOf } from "../world/world.ts";
import type { VmState } from "../world/world.ts";
import { isVmFault } from "./faults.ts";
import type { VmFault } from "./faults.ts";

/** Does to VMs what the struck faults say for this moment of the request. */
export function strikeVms(
  simulation: Simulation,
  faults: readonly Fault[],
  when: "before" | "after",
): void {
  for (const fault of faults) {
    const found = findVm(simulation, fault.vm ?? "");
    if (found !== null && isVmFault(fault) && fault.when === when) {
      strikeVm(found.simulation, found.resource, fault);
    }
  }
}

function strikeVm(simulation: Simulation, vm: VmState, fault: VmFault): void {
  switch (fault.kind) {
    case "power":
      setPower(simulation, vm, fault.state);
      break;
    case "deleteVm":
      removeVm(simulation, vm);
      break;
    case "humanNicChange":
      strikeNic(simulation, vm, fault);
      break;
    case "humanGuestChange":
      changeGuest(simulation, vm, { static: fault.static });
      break;
    case "health":
      vm.health = { ...fault.health, since: simulation.now().getTime() };
      break;
    case "lease":
      for (const nic of nicsOf(simulation.world, vm).slice(0, 1)) {
        nic.lease = fault.lease;
      }
      break;
  }
}

function strikeNic(
  simulation: Simulation,
  vm: VmState,
  fault: Extract<Fault, { kind: "humanNicChange" }>,
): void {
  const nic = nicsOf(simulation.world, vm)[0];
  if (nic === undefined) {
    return;
  }
  if (fault.tagsOnly) {
    touchTags(simulation, nic);
  } else {
    changeAddress(simulation, nic, fault.address ?? null);
  }
}
