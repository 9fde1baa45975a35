import { logHuman } from "../activity/activity-log.ts";
import { ArmError } from "../arm/arm-error.ts";
import { renderNic } from "../arm/resources/network-interfaces.ts";
import { firewallOf, rdpOf } from "../guest/remote-desktop.ts";
import type {
  GuestAdapterState,
  GuestFirewallState,
  GuestRdpState,
  GuestState,
  GuestWorld,
} from "../guest/state.ts";
import { changeAdapter, renewLease, useDhcp, useStatic } from "../guest/windows.ts";
import { guestWorld } from "../network/fabric.ts";
import type { StaticConfiguration } from "../scenario/fault-schema.ts";
import type { FirewallChange, RdpChange } from "../scenario/rdp-schema.ts";
import type { Simulation } from "../simulation.ts";
import { addressesOf, freeAddress, gatewaysOf } from "./build-world.ts";
import { setGuest } from "./guests.ts";
import { writeNic } from "./nic-write.ts";
import { deleteVm, restartVm, startVm, stopVm } from "./power.ts";
import { nicsOf, primaryConfiguration, resourceId as idOf } from "./world.ts";
import type { NicState, VmState } from "./world.ts";

const VM_TYPE = "Microsoft.Compute/virtualMachines";
const NIC_TYPE = "Microsoft.Network/networkInterfaces";

/** What a person changes inside Windows; what is left out stays. */
export interface GuestChange {
  /** Name of the adapter. @default the primary NIC's */
  readonly adapter?: string | undefined;
  readonly static?: StaticConfiguration | undefined;
  readonly dhcp?: true | undefined;
  readonly enabled?: boolean | undefined;
  readonly dhcpService?:
    | {
        readonly state?: GuestState["dhcpService"]["state"] | undefined;
        readonly startMode?: GuestState["dhcpService"]["startMode"] | undefined;
      }
    | undefined;
  readonly rdp?: RdpChange | undefined;
  readonly firewall?: FirewallChange | undefined;
  readonly taskRegistration?: boolean | undefined;
  readonly elevated?: boolean | undefined;
  readonly roles?: GuestState["roles"] | undefined;
  readonly tasks?: GuestState["tasks"] | undefined;
}

/**
 * A person changes the guest.
 * @throws ArmError 400 if it is no Windows or has no such adapter.
 */
export function changeGuest(simulation: Simulation, vm: VmState, change: GuestChange): void {
  const { guest } = vm;
  if (guest === null) {
    throw new ArmError(400, "NoWindows", `${vm.name} runs no Windows.`);
  }
  const { guid } = findAdapter(simulation, vm, change.adapter);
  const next: GuestState = {
    ...guest,
    adapters: guest.adapters.map((adapter) =>
      adapter.guid === guid ? { ...adapter, enabled: change.enabled ?? adapter.enabled } : adapter,
    ),
    dhcpService: {
      ...guest.dhcpService,
      state: change.dhcpService?.state ?? guest.dhcpService.state,
      startMode: change.dhcpService?.startMode ?? guest.dhcpService.startMode,
    },
    rdp: rdpAfter(rdpOf(guest), change.rdp),
    firewall: firewallAfter(firewallOf(guest), change.firewall),
    taskRegistration: change.taskRegistration ?? guest.taskRegistration,
    elevated: change.elevated ?? guest.elevated,
    roles: change.roles ?? guest.roles,
    tasks: change.tasks ?? guest.tasks,
  };
  const world = guestWorld(simulation.world, vm, simulation.now().getTime());
  setGuest(simulation, vm, readdress(next, guid, change, world), "human");
}

function rdpAfter(now: GuestRdpState, change: RdpChange = {}): GuestRdpState {
  const { service = {}, denied = now.denied, port = now.port } = change;
  const { state = now.service.state, startMode = now.service.startMode } = service;
  return { ...now, service: { state, startMode }, denied, port };
}

function firewallAfter(now: GuestFirewallState, change: FirewallChange = {}): GuestFirewallState {
  const { profile = now.profile, enabled = now.enabled } = change;
  const { blocksAll = now.blocksAll, rules = now.rules } = change;
  return { profile, enabled, blocksAll, rules };
}

function readdress(
  guest: GuestState,
  guid: string,
  change: GuestChange,
  world: GuestWorld,
): GuestState {
  if (change.static !== undefined) {
    const wanted = change.static;
    const stored = { addresses: addressesOf(wanted), gateways: gatewaysOf(wanted) };
    return changeAdapter(useStatic(guest, guid, stored), guid, (adapter) => ({
      ...adapter,
      staticDnsServers: wanted.dnsServers,
    }));
  }
  return change.dhcp === true ? useDhcp(guest, guid, world) : renewLease(guest, guid, world);
}

/** A person gives the NIC another primary address; the next free one if none is named. */
export function changeAddress(simulation: Simulation, nic: NicState, address: string | null): void {
  const primary = primaryConfiguration(nic);
  const next = address ?? freeAddress(simulation.world, primary?.subnet ?? "");
  if (primary === undefined || next === null) {
    throw new ArmError(400, "SubnetIsFull", `There is no free address for ${nic.name}.`);
  }
  const changed: NicState = {
    ...nic,
    configurations: nic.configurations.map((entry) =>
      entry === primary ? { ...entry, address: next, allocation: "Static" } : entry,
    ),
  };
  writeAsHuman(simulation, nic, changed);
}

/** A person writes the NIC without changing an address. */
export function touchTags(simulation: Simulation, nic: NicState): void {
  writeAsHuman(simulation, nic, { ...nic, tags: { ...nic.tags, touchedBy: "a person" } });
}

/** A person starts, restarts or stops the VM. */
export function setPower(
  simulation: Simulation,
  vm: VmState,
  state: "running" | "stopped" | "deallocated" | "restarted",
): void {
  const names = {
    running: "start",
    restarted: "restart",
    stopped: "powerOff",
    deallocated: "deallocate",
  } as const;
  logOnVm(simulation, vm, `${names[state]}/action`);
  switch (state) {
    case "running":
      startVm(simulation, vm, "human");
      break;
    case "restarted":
      restartVm(simulation, vm, { by: "human", detail: "a person restarted it" });
      break;
    case "stopped":
    case "deallocated":
      stopVm(simulation, vm, state, { by: "human" });
      break;
  }
}

/** A person deletes the VM. */
export function removeVm(simulation: Simulation, vm: VmState): void {
  logOnVm(simulation, vm, "delete");
  deleteVm(simulation, vm, "human");
}

/** Keeps what a person asked Azure to do with the VM, for example `start/action`. */
export function logOnVm(simulation: Simulation, vm: VmState, what: string): void {
  const resourceId = idOf(simulation.world, VM_TYPE, vm.name);
  logHuman(simulation, { resourceId, action: `${VM_TYPE}/${what}` });
}

function writeAsHuman(simulation: Simulation, nic: NicState, changed: NicState): void {
  const resourceId = idOf(simulation.world, NIC_TYPE, nic.name);
  writeNic(simulation, nic, {
    body: renderNic(simulation.world, changed, simulation.now().getTime()),
    ifMatch: null,
    by: "human",
    caller: simulation.human,
  });
  logHuman(simulation, { resourceId, action: `${NIC_TYPE}/write` });
}

function findAdapter(
  simulation: Simulation,
  vm: VmState,
  name: string | undefined,
): GuestAdapterState {
  const mac = nicsOf(simulation.world, vm)[0]?.mac;
  const adapter = vm.guest?.adapters.find((candidate) =>
    name === undefined ? candidate.mac === mac : candidate.name === name,
  );
  if (adapter === undefined) {
    throw new ArmError(400, "NoAdapter", `${vm.name} has no adapter ${name ?? `with ${mac}`}.`);
  }
  return adapter;
}
