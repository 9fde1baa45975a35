import { z } from "zod";

import type { Right } from "./rights.ts";

/** What cannot be read refers to nothing: the request's own checks refuse it later. */
const reference = z.looseObject({ id: z.string() }).nullish().catch(null);
const references = z.array(reference).nullish().catch(null);

const snapshotBody = z.looseObject({
  properties: z.looseObject({
    creationData: z.looseObject({ sourceResourceId: z.string() }),
    encryption: z.looseObject({ diskEncryptionSetId: z.string().nullish() }).nullish().catch(null),
  }),
});

const configurationBody = z.looseObject({
  properties: z.looseObject({
    subnet: reference,
    publicIPAddress: reference,
    applicationSecurityGroups: references,
    loadBalancerBackendAddressPools: references,
    loadBalancerInboundNatRules: references,
    applicationGatewayBackendAddressPools: references,
  }),
});

const nicBody = z.looseObject({
  properties: z.looseObject({
    networkSecurityGroup: reference,
    ipConfigurations: z.array(configurationBody),
  }),
});

/**
 * The rights which a snapshot's write needs on its source and on the disk encryption set that it names. Source: Azure's own
 * refusals, of a snapshot (Azure/OpenShift #186) and of a disk (azuredisk-csi-driver #2609).
 */
export function rightsOfSnapshot(body: unknown): readonly Right[] {
  const parsed = snapshotBody.safeParse(body);
  if (!parsed.success) {
    return [];
  }
  const { creationData, encryption } = parsed.data.properties;
  const set = encryption?.diskEncryptionSetId ?? null;
  return [
    {
      action: "Microsoft.Compute/disks/beginGetAccess/action",
      scope: creationData.sourceResourceId,
    },
    ...(set === null ? [] : [{ action: "Microsoft.Compute/diskEncryptionSets/read", scope: set }]),
  ];
}

/**
 * The rights which a NIC's write needs on each thing that it refers to. Source: "Azure permissions for Networking", the
 * join actions; that those are wanted too of what the NIC referred to before is unconfirmed.
 */
export function rightsOfNic(body: unknown): readonly Right[] {
  const parsed = nicBody.safeParse(body);
  if (!parsed.success) {
    return [];
  }
  const { properties } = parsed.data;
  const wanted = [
    ...joining("networkSecurityGroups/join", [properties.networkSecurityGroup]),
    ...properties.ipConfigurations.flatMap((entry) => rightsOfConfiguration(entry.properties)),
  ];
  return [...new Map(wanted.map((right) => [`${right.action} ${right.scope}`, right])).values()];
}

function rightsOfConfiguration(
  properties: z.output<typeof configurationBody>["properties"],
): Right[] {
  return [
    ...joining("virtualNetworks/subnets/join", [properties.subnet]),
    ...joining("publicIPAddresses/join", [properties.publicIPAddress]),
    ...joining(
      "applicationSecurityGroups/joinIpConfiguration",
      properties.applicationSecurityGroups,
    ),
    ...joining(
      "loadBalancers/backendAddressPools/join",
      properties.loadBalancerBackendAddressPools,
    ),
    ...joining("loadBalancers/inboundNatRules/join", properties.loadBalancerInboundNatRules),
    ...joining(
      "applicationGateways/backendAddressPools/join",
      properties.applicationGatewayBackendAddressPools,
    ),
  ];
}

function joining(
  what: string,
  targets: readonly z.output<typeof reference>[] | null | undefined,
): Right[] {
  return (targets ?? [])
    .map((target) => target?.id)
    .filter((id) => id !== undefined)
    .map((scope) => ({ action: `Microsoft.Network/${what}/action`, scope }));
}
