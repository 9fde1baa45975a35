import { azureGateway, prefixHolding, prefixLengthOf } from "../../../shared/domain/addresses.ts";
import { firewallVerdict, listensForRdp } from "../guest/remote-desktop.ts";
import type { GuestAdapterState, GuestLease, GuestWorld } from "../guest/state.ts";
import { gatewaysInForce } from "../guest/windows.ts";
import { nicsOf, primaryConfiguration } from "../world/world.ts";
import type { NicState, VmState, World } from "../world/world.ts";
import { inboundAllowed } from "./security-rules.ts";

/** Azure's own DNS and DHCP server, and the agent's way to Azure. Source: "What is IP address 168.63.129.16". */
const AZURE_DNS = "168.63.129.16";

export const RDP_PORT = 3389;

/** What happens to a connection that somebody opens. */
export type Reach =
  | { readonly kind: "open"; readonly vm: string }
  /** A machine is there and nothing listens. */
  | { readonly kind: "refused"; readonly vm: string }
  /** No packet comes back. */
  | { readonly kind: "silent"; readonly why: string }
  /** The address belongs to no network here. */
  | { readonly kind: "noRoute" };

/** The guest's view of the world: the time, and what DHCP answers to each of its adapters. */
export function guestWorld(
  world: World,
  vm: VmState,
  at: number,
  trouble: Pick<GuestWorld, "killAfter" | "faults"> = {},
): GuestWorld {
  const leases = Object.fromEntries(nicsOf(world, vm).map((nic) => [nic.mac, leaseOf(world, nic)]));
  return { now: new Date(at).toISOString(), leases, ...trouble };
}

/** What DHCP answers to a NIC: Azure's primary address, unless the NIC's lease rule says otherwise. */
export function leaseOf(world: World, nic: NicState): GuestLease | null {
  const azure = azureLease(world, nic);
  if (nic.lease === "azure" || azure === null) {
    return azure;
  }
  if (nic.lease === "never") {
    return null;
  }
  const [ip = "", length = "24"] = nic.lease.address.split("/");
  return {
    ...azure,
    ip,
    prefixLength: Number(length),
    gateway: nic.lease.gateway ?? azure.gateway,
  };
}

function azureLease(world: World, nic: NicState): GuestLease | null {
  const configuration = primaryConfiguration(nic);
  const prefix = configuration === undefined ? null : prefixOf(world, nic, configuration.address);
  if (configuration === undefined || prefix === null) {
    return null;
  }
  return {
    ip: configuration.address,
    prefixLength: prefixLengthOf(prefix),
    // Azure gives a default gateway to the primary NIC only (virtual-machines-multiple-nics).
    gateway: nic.primary ? azureGateway(prefix) : null,
    dnsServers: world.network.dnsServers.length > 0 ? world.network.dnsServers : [AZURE_DNS],
  };
}

function prefixOf(world: World, nic: NicState, address: string): string | null {
  const name = primaryConfiguration(nic)?.subnet;
  const subnet = world.network.subnets.find((entry) => entry.name === name);
  return prefixHolding(address, subnet?.prefixes ?? []);
}

/** The guest's adapter of a NIC. */
function adapterOf(vm: VmState, nic: NicState): GuestAdapterState | undefined {
  return vm.guest?.adapters.find((adapter) => adapter.mac === nic.mac);
}

/** Whether the fabric delivers packets which the guest sends from this NIC's address. */
function delivers(vm: VmState, nic: NicState, address: string): boolean {
  const adapter = adapterOf(vm, nic);
  return (
    adapter !== undefined &&
    adapter.enabled &&
    adapter.addresses.some((entry) => entry.ip === address)
  );
}

/** Whether the VM's agent can report to Azure and fetch commands. */
export function agentReady(world: World, vm: VmState, at: number): boolean {
  const isUp = vm.agentInstalled && vm.power === "running" && at >= vm.agentFrom;
  return isUp && (vm.guest === null || agentReachesAzure(world, vm));
}

function agentReachesAzure(world: World, vm: VmState): boolean {
  const nic = nicsOf(world, vm)[0];
  const azure = nic === undefined ? undefined : primaryConfiguration(nic);
  if (nic === undefined || azure === undefined) {
    return false;
  }
  // An agent that needs no right address may go by way of another NIC too, where its own is disabled.
  const hasWay = nicsOf(world, vm).some((other) => adapterOf(vm, other)?.enabled === true);
  return (vm.agentSurvivesWrongAddress && hasWay) || delivers(vm, nic, azure.address);
}

/**
 * The subscription whose network a connection to the address goes into, of two with the same address the first one; null
 * if the address belongs to no network here.
 */
export function homeOf(worlds: readonly World[], address: string): World | null {
  return (
    worlds.find((world) => findTarget(world, address) !== null) ??
    worlds.find((world) => isInside(world, address)) ??
    null
  );
}

/** Name of the VM that has the address in Azure; null if there is none. */
export function ownerOf(world: World, address: string): string | null {
  return findTarget(world, address)?.nic.vm ?? null;
}

/** What a connection to the address and port finds, seen from the proxy, which stands in the virtual network. */
export function reach(world: World, address: string, port: number): Reach {
  const target = findTarget(world, address);
  if (target === null) {
    return isInside(world, address)
      ? { kind: "silent", why: "nobody has this address" }
      : { kind: "noRoute" };
  }
  const { vm } = target;
  const why = vm === undefined ? "no VM is there" : whySilent(world, { ...target, vm }, port);
  if (vm === undefined || why !== null) {
    return { kind: "silent", why: why ?? "" };
  }
  return { kind: listensOn(vm, port) ? "open" : "refused", vm: vm.name };
}

function listensOn({ guest, rdpListening }: VmState, port: number): boolean {
  return guest === null ? rdpListening && port === RDP_PORT : listensForRdp(guest, port);
}

function isBlocked({ guest }: VmState, port: number): boolean {
  return guest !== null && firewallVerdict(guest, port).verdict.startsWith("blocks");
}

function isInside(world: World, address: string): boolean {
  return world.network.subnets.some((subnet) => prefixHolding(address, subnet.prefixes) !== null);
}

interface Target {
  readonly nic: NicState;
  readonly vm: VmState | undefined;
  readonly privateAddress: string;
  /** Whether it was reached by its public address. */
  readonly isPublic: boolean;
}

function whySilent(
  world: World,
  target: Target & { readonly vm: VmState },
  port: number,
): string | null {
  const { vm, nic, privateAddress, isPublic } = target;
  if (vm.power !== "running") {
    return "the VM does not run";
  }
  if (!inboundAllowed(world, nic, { port, source: isPublic ? "Internet" : "VirtualNetwork" })) {
    return "a security rule denies it";
  }
  if (!delivers(vm, nic, privateAddress)) {
    return "Windows does not have this address";
  }
  // Where nothing listens Windows refuses, here; a real one may stay silent there too (stealth mode).
  if (listensOn(vm, port) && isBlocked(vm, port)) {
    return "Windows' firewall drops it";
  }
  return routesBack(world, vm, nic) ? null : "Windows has no way back through Azure's gateway";
}

function findTarget(world: World, address: string): Target | null {
  for (const nic of world.nics.values()) {
    for (const configuration of nic.configurations) {
      const publicIp = world.publicIps.get(configuration.publicIp?.toLowerCase() ?? "");
      if (configuration.address === address || publicIp?.address === address) {
        return {
          nic,
          vm: world.vms.get(nic.vm?.toLowerCase() ?? ""),
          privateAddress: configuration.address,
          isPublic: configuration.address !== address,
        };
      }
    }
  }
  return null;
}

/** On the primary NIC the answer leaves through the default gateway, since the proxy is in no guest's own subnet. */
function routesBack(world: World, vm: VmState, nic: NicState): boolean {
  const gateway = azureLease(world, nic)?.gateway ?? null;
  const adapter = adapterOf(vm, nic);
  if (gateway === null || adapter === undefined || vm.guest === null) {
    return gateway === null;
  }
  return gatewaysInForce(vm.guest, adapter).includes(gateway);
}
