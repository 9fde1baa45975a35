import { resourceId } from "../../world/world.ts";
import type { DnsZoneState, World } from "../../world/world.ts";
import type { ArmCall, ArmRoute } from "../arm-call.ts";
import { notFound } from "../arm-error.ts";
import { pageOf } from "../paging.ts";
import type { Reply } from "../reply.ts";
import { GROUP, SUBSCRIPTION } from "./paths.ts";

const TYPE = "Microsoft.Network/privateDnsZones";
const ZONES = "providers/microsoft.network/privatednszones";

/** What is answered about private DNS zones. Source: REST reference of privateDnsZones 2020-06-01. */
export const DNS_ROUTES: readonly ArmRoute[] = [
  ...[SUBSCRIPTION, GROUP].map((scope): ArmRoute => ({
    operation: "dnsZone.list",
    action: `${TYPE}/read`,
    method: "GET",
    path: `${scope}/${ZONES}`,
    handle: (call) =>
      pageOf(call, call.simulation.world.dnsZones, (zone) =>
        renderZone(call.simulation.world, zone),
      ),
  })),
  {
    operation: "dnsRecord.list",
    action: `${TYPE}/A/read`,
    method: "GET",
    path: `${GROUP}/${ZONES}/:name/a`,
    handle: listRecords,
  },
];

function renderZone(world: World, { name, records }: DnsZoneState): unknown {
  return {
    id: resourceId(world, TYPE, name),
    name,
    type: TYPE,
    location: "global",
    properties: { numberOfRecordSets: records.length, provisioningState: "Succeeded" },
  };
}

function listRecords(call: ArmCall): Reply {
  const { world } = call.simulation;
  const zone = world.dnsZones.find(({ name }) => name.toLowerCase() === call.name.toLowerCase());
  if (zone === undefined) {
    throw notFound(TYPE, call.name, world.resourceGroup);
  }
  return pageOf(call, zone.records, ({ name, addresses, autoRegistered }) => ({
    id: `${resourceId(world, TYPE, zone.name)}/A/${name}`,
    name,
    type: `${TYPE}/A`,
    properties: {
      fqdn: `${name === "@" ? "" : `${name}.`}${zone.name}.`,
      ttl: 3600,
      isAutoRegistered: autoRegistered,
      aRecords: addresses.map((ipv4Address) => ({ ipv4Address })),
    },
  }));
}
