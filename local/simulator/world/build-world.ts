import { makeLock } from "../arm/locks.ts";
import { consoleOf, traitsOf } from "../console/console-state.ts";
import { bootText } from "../console/serial-log.ts";
import { adapterNameFor, type GuestLocale } from "../guest/locales.ts";
import type {
  GuestAdapterState,
  GuestAddressState,
  GuestLease,
  GuestState,
} from "../guest/state.ts";
import { renewLease } from "../guest/windows.ts";
import { leaseOf } from "../network/fabric.ts";
import type { Random } from "../random.ts";
import type { StaticConfiguration } from "../scenario/fault-schema.ts";
import type { Fleet } from "../scenario/scenario-fleets.ts";
import { diskNameOf, nicNameOf } from "../scenario/scenario-names.ts";
import type { ScenarioNic, ScenarioVm } from "../scenario/scenario.ts";
import { freeAddresses } from "./free-addresses.ts";
import { configurationExtra, nicExtra } from "./nic-extra.ts";
import type { NicConfiguration, NicState, VmState, World } from "./world.ts";

/** How long the fleet has been up when simulated Azure starts: long enough for every rule on uptime. */
const UPTIME_MS = 26 * 60 * 60 * 1000;

/** Windows' interface number of a VM's first adapter. */
const FIRST_INTERFACE_INDEX = 5;

/** Makes the resources and guests of a scenario's subscription; the same seed gives the same ids. */
export function buildWorld(fleet: Fleet, tenantId: string, making: Making): World {
  const world: World = {
    subscriptionId: fleet.id,
    subscriptionName: fleet.name,
    noRole: fleet.noRole,
    tenantId,
    location: fleet.location,
    resourceGroup: fleet.resourceGroup,
    network: {
      name: fleet.network.name,
      dnsServers: fleet.network.dnsServers,
      subnets: fleet.network.subnets.map((subnet) => ({
        name: subnet.name,
        prefixes: subnet.prefixes,
        securityGroup: subnet.securityGroup ?? null,
      })),
    },
    securityGroups: new Map(fleet.securityGroups.map((group) => [group.name.toLowerCase(), group])),
    publicIps: new Map(),
    nics: new Map(),
    vms: new Map(),
    disks: new Map(),
    snapshots: new Map(),
    dnsZones: fleet.privateDnsZones,
    serialConsoleDisabled: fleet.serialConsoleDisabled,
    locks: [],
  };
  for (const machine of fleet.vms) {
    addVm(world, machine, making);
  }
  world.locks = fleet.locks.map((lock, index) => makeLock(world, lock, index));
  return world;
}

/** What the making of resources needs beside their plan. */
export interface Making {
  readonly random: Random;
  /** Milliseconds since 1970. */
  readonly now: number;
}

function addVm(world: World, machine: ScenarioVm, making: Making): void {
  const { random, now } = making;
  const nics = machine.nics.map((card, index) => addNic(world, { machine, card, index, random }));
  const diskName = diskNameOf(machine);
  const vmId = random.guid();
  const guest = machine.os === "Windows" ? makeGuest(world, machine, nics, making) : null;
  const vm: VmState = {
    name: machine.name,
    note: machine.note,
    vmId,
    createdAt: now - UPTIME_MS * 30,
    provisionedAt: now - UPTIME_MS,
    os: machine.os,
    size: machine.size,
    tags: machine.tags,
    osDisk: { kind: machine.osDisk, name: diskName },
    nics: nics.map((nic) => nic.name),
    power: machine.power,
    agentInstalled: machine.agent,
    agentSurvivesWrongAddress: machine.agentSurvivesWrongAddress,
    agentFrom: 0,
    // An agent which Azure cannot hear has been silent since a while, and not for ever.
    agentReportedAt: hasReported(machine) ? now - UPTIME_MS / 2 : null,
    rdpListening: machine.guest.rdpListening,
    bootDiagnostics: machine.bootDiagnostics,
    serialLog: guest === null ? "" : bootText(guest.computerName, vmId),
    console: consoleOf(machine.guest),
    consoleTraits: traitsOf(machine.guest),
    guest,
    ...nothingUnderWay(),
    health: { ...machine.health, since: now - UPTIME_MS },
  };
  world.vms.set(machine.name.toLowerCase(), vm);
  if (machine.osDisk === "managed") {
    addDisk(world, machine, making);
  }
}

function hasReported({ power, agent }: ScenarioVm): boolean {
  return power === "running" && agent;
}

/** Of a VM to which nobody has sent anything yet. */
function nothingUnderWay(): Pick<
  VmState,
  "firedTasks" | "command" | "managed" | "slotBusyUntil" | "undelivered"
> {
  return {
    firedTasks: new Set(),
    command: null,
    managed: new Map(),
    slotBusyUntil: 0,
    undelivered: [],
  };
}

function addDisk(world: World, machine: ScenarioVm, { random, now }: Making): void {
  const name = diskNameOf(machine);
  world.disks.set(name.toLowerCase(), {
    name,
    uniqueId: random.guid(),
    createdAt: new Date(now - UPTIME_MS * 30).toISOString(),
    encryptionSet: machine.diskEncryptionSet ?? null,
    vm: machine.name,
  });
}

interface NicPlan {
  readonly machine: ScenarioVm;
  readonly card: ScenarioNic;
  readonly index: number;
  readonly random: Random;
}

function addNic(world: World, plan: NicPlan): NicState {
  const { machine, card, index, random } = plan;
  const name = nicNameOf(machine, card, index);
  const subnet = card.subnet ?? world.network.subnets[0]?.name ?? "";
  const nic: NicState = {
    name,
    resourceGuid: random.guid(),
    tags: card.tags,
    configurations: card.ipConfigurations.map((entry, position) =>
      makeConfiguration(world, { entry, position, subnet, nicName: name }),
    ),
    ipForwarding: card.ipForwarding,
    securityGroup: card.securityGroup ?? null,
    extra: nicExtra(card),
    mac: card.mac ?? random.mac(),
    etag: random.guid(),
    vm: machine.name,
    primary: index === 0,
    updatingUntil: 0,
    operationId: null,
    failed: false,
    lease: card.lease,
  };
  world.nics.set(name.toLowerCase(), nic);
  return nic;
}

function makeConfiguration(
  world: World,
  plan: {
    readonly entry: ScenarioNic["ipConfigurations"][number];
    readonly position: number;
    readonly subnet: string;
    readonly nicName: string;
  },
): NicConfiguration {
  const { entry, position, subnet, nicName } = plan;
  let publicIp: string | null = null;
  if (entry.publicAddress !== undefined) {
    publicIp = `pip-${nicName}${position === 0 ? "" : `-${position + 1}`}`;
    world.publicIps.set(publicIp.toLowerCase(), { name: publicIp, address: entry.publicAddress });
  }
  return {
    name: entry.name ?? `ipconfig${position + 1}`,
    address: entry.address,
    allocation: entry.allocation,
    primary: position === 0,
    version: entry.address.includes(":") ? "IPv6" : "IPv4",
    subnet: entry.subnet ?? subnet,
    publicIp,
    extra: configurationExtra(world, entry),
  };
}

function makeGuest(
  world: World,
  machine: ScenarioVm,
  nics: readonly NicState[],
  making: Making,
): GuestState {
  const { guest } = machine;
  const { random } = making;
  const adapters = nics.flatMap((nic, index) => {
    const card = machine.nics[index];
    const adapter = makeAdapter({ card, nic, index, random, locale: guest.locale });
    return card?.adapter.present === false ? [] : [adapter];
  });
  const surroundings = {
    now: new Date(making.now).toISOString(),
    leases: Object.fromEntries(
      nics.map((nic, index) => [nic.mac, heldLease(world, nic, machine.nics[index])]),
    ),
  };
  let state: GuestState = {
    computerName: guest.computerName ?? machine.name.toUpperCase().slice(0, 15),
    locale: guest.locale,
    bootedAt: new Date(making.now - UPTIME_MS).toISOString(),
    dhcpService: guest.dhcpService,
    rdp: { ...guest.rdp, listener: guest.rdpListening },
    firewall: guest.firewall,
    roles: guest.roles,
    persistentRoutes: [],
    adapters,
    ghosts: [],
    tasks: [],
    taskRegistration: guest.taskRegistration,
    elevated: guest.elevated,
  };
  for (const adapter of adapters) {
    state = renewLease(state, adapter.guid, surroundings);
  }
  return state;
}

/** The lease that Windows got when it last asked for one. */
function heldLease(world: World, nic: NicState, card: ScenarioNic | undefined): GuestLease | null {
  return leaseOf(world, { ...nic, lease: card?.adapter.heldLease ?? nic.lease });
}

function makeAdapter(plan: {
  readonly card: ScenarioNic | undefined;
  readonly nic: NicState;
  readonly index: number;
  readonly random: Random;
  readonly locale: GuestLocale;
}): GuestAdapterState {
  const { card, nic, index, random } = plan;
  return {
    name: card?.adapter.name ?? adapterNameFor(plan.locale, index + 1),
    guid: `{${random.guid().toUpperCase()}}`,
    index: FIRST_INTERFACE_INDEX + index,
    mac: nic.mac,
    description: `Microsoft Hyper-V Network Adapter${index === 0 ? "" : ` #${index + 1}`}`,
    service: "netvsc",
    enabled: card?.adapter.enabled ?? true,
    ...addressing(card?.adapter.static),
  };
}

/** On DHCP the addresses come with the lease. */
function addressing(
  wanted: StaticConfiguration | undefined,
): Pick<GuestAdapterState, "dhcp" | "addresses" | "gateways" | "staticDnsServers"> {
  if (wanted === undefined) {
    return { dhcp: true, addresses: [], gateways: [], staticDnsServers: [] };
  }
  return {
    dhcp: false,
    addresses: addressesOf(wanted),
    gateways: gatewaysOf(wanted),
    staticDnsServers: wanted.dnsServers,
  };
}

/** The addresses of a static configuration. */
export function addressesOf(wanted: StaticConfiguration): readonly GuestAddressState[] {
  return wanted.addresses.map((text) => {
    const [ip = "", length = "24"] = text.split("/");
    return { ip, prefixLength: Number(length) };
  });
}

/** The default gateways of a static configuration: one or none. */
export function gatewaysOf(wanted: StaticConfiguration): readonly string[] {
  return wanted.gateway === null ? [] : [wanted.gateway];
}

/** The first address of the subnet which Azure does not reserve and no NIC has; null if it is full. */
export function freeAddress(world: World, subnetName: string): string | null {
  const subnet = world.network.subnets.find((entry) => entry.name === subnetName);
  return freeAddresses(world, subnet?.prefixes ?? [], 1)[0] ?? null;
}
