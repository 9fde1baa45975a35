import type { Simulation } from "../../simulation.ts";
import { startNicWrite } from "../../world/nic-write.ts";
import type { NicState } from "../../world/world.ts";
import type { ArmCall, ArmRoute } from "../arm-call.ts";
import { notFound } from "../arm-error.ts";
import { rightsOfNic } from "../linked-rights.ts";
import { pageOf } from "../paging.ts";
import type { Reply } from "../reply.ts";
import { checkAddress } from "../resources/address-availability.ts";
import { etagText, renderNic, renderSubnet } from "../resources/network-interfaces.ts";
import { renderPublicIp, renderSecurityGroup } from "../resources/network-parts.ts";
import { found } from "./answers.ts";
import { GROUP, SUBSCRIPTION } from "./paths.ts";

const NETWORK = `${GROUP}/providers/microsoft.network`;

/** What is answered about NICs, subnets, free addresses, NSGs and public addresses. */
export const NETWORK_ROUTES: readonly ArmRoute[] = [
  {
    operation: "nic.get",
    action: "Microsoft.Network/networkInterfaces/read",
    method: "GET",
    path: `${NETWORK}/networkinterfaces/:name`,
    vm: vmOfNic,
    handle: (call) => nicReply(call, findNic(call)),
  },
  {
    operation: "nic.put",
    action: "Microsoft.Network/networkInterfaces/write",
    linked: rightsOfNic,
    method: "PUT",
    path: `${NETWORK}/networkinterfaces/:name`,
    vm: vmOfNic,
    handle: putNic,
  },
  {
    operation: "nic.list",
    action: "Microsoft.Network/networkInterfaces/read",
    method: "GET",
    path: `${NETWORK}/networkinterfaces`,
    handle: listNics,
  },
  {
    operation: "nic.list",
    action: "Microsoft.Network/networkInterfaces/read",
    method: "GET",
    path: `${SUBSCRIPTION}/providers/microsoft.network/networkinterfaces`,
    handle: listNics,
  },
  {
    operation: "subnet.get",
    action: "Microsoft.Network/virtualNetworks/subnets/read",
    method: "GET",
    path: `${NETWORK}/virtualnetworks/:network/subnets/:name`,
    handle: (call) =>
      found(
        call,
        "Microsoft.Network/virtualNetworks/subnets",
        renderSubnet(call.simulation.world, call.name),
      ),
  },
  ...(["GET", "POST"] as const).map((method): ArmRoute => ({
    operation: "vnet.checkAddress",
    action: "Microsoft.Network/virtualNetworks/checkIpAddressAvailability/read",
    method,
    path: `${NETWORK}/virtualnetworks/:name/checkipaddressavailability`,
    handle: checkAddress,
  })),
  {
    operation: "nsg.get",
    action: "Microsoft.Network/networkSecurityGroups/read",
    method: "GET",
    path: `${NETWORK}/networksecuritygroups/:name`,
    handle: (call) =>
      found(
        call,
        "Microsoft.Network/networkSecurityGroups",
        renderSecurityGroup(call.simulation.world, call.name),
      ),
  },
  {
    operation: "publicIp.get",
    action: "Microsoft.Network/publicIPAddresses/read",
    method: "GET",
    path: `${NETWORK}/publicipaddresses/:name`,
    handle: (call) =>
      found(
        call,
        "Microsoft.Network/publicIPAddresses",
        renderPublicIp(call.simulation.world, call.name),
      ),
  },
  ...[GROUP, SUBSCRIPTION].map((scope): ArmRoute => ({
    operation: "publicIp.list",
    action: "Microsoft.Network/publicIPAddresses/read",
    method: "GET",
    path: `${scope}/providers/microsoft.network/publicipaddresses`,
    handle: listPublicIps,
  })),
];

function vmOfNic(simulation: Simulation, name: string): string | null {
  return simulation.world.nics.get(name.toLowerCase())?.vm ?? null;
}

function findNic(call: ArmCall): NicState {
  const { world } = call.simulation;
  const nic = world.nics.get(call.name.toLowerCase());
  if (nic === undefined) {
    throw notFound("Microsoft.Network/networkInterfaces", call.name, world.resourceGroup);
  }
  return nic;
}

function listNics(call: ArmCall): Reply {
  const { world } = call.simulation;
  const now = call.simulation.now().getTime();
  return pageOf(call, [...world.nics.values()], (nic) => renderNic(world, nic, now));
}

function listPublicIps(call: ArmCall): Reply {
  const { world } = call.simulation;
  return pageOf(call, [...world.publicIps.values()], ({ name }) => renderPublicIp(world, name));
}

function nicReply(call: ArmCall, nic: NicState): Reply {
  const { simulation } = call;
  return {
    status: 200,
    body: renderNic(simulation.world, nic, simulation.now().getTime()),
    headers: { ETag: etagText(nic) },
  };
}

function putNic(call: ArmCall): Reply {
  const { simulation, body, ifMatch, caller, faults } = call;
  const nic = findNic(call);
  const headers = startNicWrite(simulation, nic, { body, ifMatch, by: "request", caller }, faults);
  const reply = nicReply(call, nic);
  return { ...reply, headers: { ...reply.headers, ...headers } };
}
