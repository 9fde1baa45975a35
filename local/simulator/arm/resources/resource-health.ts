import type { Simulation } from "../../simulation.ts";
import { resourceId } from "../../world/world.ts";
import type { HealthState, VmState } from "../../world/world.ts";
import type { Reply } from "../reply.ts";

const HEALTH_TYPE = "Microsoft.ResourceHealth/availabilityStatuses";

/** What Azure itself knows about a VM's availability; a VM that somebody stopped is not available. */
export function readHealth(simulation: Simulation, vm: VmState): Reply {
  const health = healthOf(vm);
  const occurred = new Date(health.since).toISOString();
  return {
    status: 200,
    body: {
      id: `${resourceId(simulation.world, "Microsoft.Compute/virtualMachines", vm.name)}/providers/${HEALTH_TYPE}/current`,
      name: "current",
      type: HEALTH_TYPE,
      location: simulation.world.location,
      properties: {
        availabilityState: health.state,
        title: health.state,
        summary: health.summary,
        reasonType: health.reasonType,
        reasonChronicity: "Persistent",
        // Older versions of this API misspell it, and clients read either.
        occuredTime: occurred,
        occurredTime: occurred,
        reportedTime: simulation.now().toISOString(),
      },
    },
  };
}

function healthOf(vm: VmState): HealthState {
  const isOff = !["running", "starting"].includes(vm.power);
  return isOff && vm.health.state === "Available"
    ? {
        state: "Unavailable",
        reasonType: "UserInitiated",
        summary: `This virtual machine is ${vm.power} as requested by an authorized user or process.`,
        since: vm.health.since,
      }
    : vm.health;
}
