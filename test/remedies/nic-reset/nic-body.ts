import type {
  ApplicationSecurityGroup,
  NetworkInterface,
  NetworkInterfaceIPConfiguration,
} from "@azure/arm-network";

import type { ResetRecord, ResetTarget } from "../../../shared/remedies/nic-reset/reset-record.ts";

const GROUP = "/subscriptions/S/resourceGroups/rg/providers/Microsoft.Network";

interface NicBody extends NetworkInterface {
  ipConfigurations: [
    NetworkInterfaceIPConfiguration & { applicationSecurityGroups: ApplicationSecurityGroup[] },
  ];
}

/** A NIC with everything that a careless writer loses, as the SDK gives it. */
export function aNicBody(): NicBody {
  return {
    id: `${GROUP}/networkInterfaces/nic`,
    name: "nic",
    location: "westeurope",
    tags: { owner: "till" },
    etag: "one",
    macAddress: "00-0D-3A-00-00-01",
    provisioningState: "Succeeded",
    resourceGuid: "guid",
    virtualMachine: { id: "/subscriptions/S/vm" },
    primary: true,
    enableAcceleratedNetworking: true,
    enableIPForwarding: false,
    auxiliaryMode: "MaxConnections",
    networkSecurityGroup: { id: `${GROUP}/networkSecurityGroups/nsg` },
    dnsSettings: { dnsServers: ["10.0.0.8", "10.0.0.9"], appliedDnsServers: ["10.0.0.8"] },
    ipConfigurations: [
      {
        name: "ipconfig1",
        etag: "one",
        privateIPAddress: "10.0.0.10",
        privateIPAllocationMethod: "Dynamic",
        privateIPAddressVersion: "IPv4",
        primary: true,
        subnet: { id: `${GROUP}/virtualNetworks/vnet/subnets/a` },
        publicIPAddress: { id: `${GROUP}/publicIPAddresses/pip` },
        applicationSecurityGroups: [{ id: "/asg/a" }, { id: "/asg/b" }],
        loadBalancerBackendAddressPools: [{ id: "/lb/pool" }],
        loadBalancerInboundNatRules: [{ id: "/lb/nat" }],
      },
    ],
  };
}

/** The same NIC with another address. */
export function aNicWith(
  { address, allocation }: ResetTarget,
  more: Partial<NetworkInterface> = {},
): NetworkInterface {
  const body = aNicBody();
  const [only] = body.ipConfigurations;
  const entry = { ...only, privateIPAddress: address, privateIPAllocationMethod: allocation };
  return { ...body, ipConfigurations: [entry], ...more };
}

/** What the ledger keeps of a reset of that NIC. */
export function aRecord(more: Partial<ResetRecord> = {}): ResetRecord {
  return {
    nic: { ...aNicBody() },
    configuration: "ipconfig1",
    original: { address: "10.0.0.10", allocation: "Dynamic" },
    prefixes: ["10.0.0.0/24"],
    avoid: [],
    written: [],
    ...more,
  };
}
