import { etagText, renderNic } from "../arm/resources/network-interfaces.ts";
import { renderSnapshot } from "../arm/resources/snapshots.ts";
import { scriptNameIn } from "../arm/run-command.ts";
import { netshText } from "../guest/text.ts";
import { agentReady, reach, RDP_PORT } from "../network/fabric.ts";
import type { Reach } from "../network/fabric.ts";
import type { Simulation } from "../simulation.ts";
import { everySubscription } from "../world/subscriptions.ts";
import { nicsOf, primaryConfiguration, resourceId } from "../world/world.ts";
import type { NicState, VmState, World } from "../world/world.ts";

/** Everything of simulated Azure at this moment, for people and tests. */
export function renderState(simulation: Simulation): unknown {
  const views = everySubscription(simulation);
  return {
    now: simulation.now().toISOString(),
    vms: views.flatMap((view) => [...view.world.vms.values()].map((vm) => renderVmState(view, vm))),
    nics: views.flatMap((view) =>
      [...view.world.nics.values()].map((nic) => renderNicState(view, nic)),
    ),
    snapshots: views.flatMap((view) =>
      [...view.world.snapshots.values()].map((snapshot) => renderSnapshot(view, snapshot)),
    ),
    faults: simulation.faults.list(),
    holds: simulation.holds.list(),
  };
}

function renderVmState(simulation: Simulation, vm: VmState): unknown {
  const { world } = simulation;
  const now = simulation.now().getTime();
  return {
    id: resourceId(world, "Microsoft.Compute/virtualMachines", vm.name),
    name: vm.name,
    note: vm.note,
    os: vm.os,
    tags: vm.tags,
    power: vm.power,
    agent: {
      ready: agentReady(world, vm, now),
      reportedAt: vm.agentReportedAt === null ? null : new Date(vm.agentReportedAt).toISOString(),
      survivesWrongAddress: vm.agentSurvivesWrongAddress,
    },
    runCommand:
      vm.command === null ? null : { script: vm.command.scriptName, phase: vm.command.phase },
    managedCommands: [...vm.managed.values()].map(
      ({ name, tags, script, state, timeoutSeconds }) => ({
        name,
        tags,
        timeoutSeconds,
        script: scriptNameIn(script),
        state,
      }),
    ),
    undelivered: vm.undelivered.map((command) => command.scriptName),
    azureAddresses: nicsOf(world, vm).flatMap((nic) =>
      nic.configurations.map((configuration) => configuration.address),
    ),
    rdp: rdpAnswer(world, vm),
    guest: vm.guest,
    netsh: vm.guest === null ? null : netshText(vm.guest),
  };
}

function renderNicState(simulation: Simulation, nic: NicState): unknown {
  const { world } = simulation;
  return {
    name: nic.name,
    vm: nic.vm,
    mac: nic.mac,
    etag: etagText(nic),
    address: primaryConfiguration(nic)?.address ?? null,
    lease: nic.lease,
    resource: renderNic(world, nic, simulation.now().getTime()),
  };
}

function rdpAnswer(world: World, vm: VmState): Reach | { readonly kind: "noAddress" } {
  const nic = nicsOf(world, vm)[0];
  const address = nic === undefined ? undefined : primaryConfiguration(nic)?.address;
  return address === undefined ? { kind: "noAddress" } : reach(world, address, RDP_PORT);
}
