import { z } from "zod";

import { disturbance } from "../faults/disturbances.ts";
import { GUEST_LOCALES } from "../guest/locales.ts";
import { consoleTraits, guestUser, vaultSecrets } from "./console-schema.ts";
import { dnsZone } from "./dns-schema.ts";
import { eventGridKeys } from "./event-schema.ts";
import { cidr, fault, leaseRule, platformHealth, staticConfiguration } from "./fault-schema.ts";
import { guestFirewall, guestRdp } from "./rdp-schema.ts";

const name = z.string().regex(/^[\w.-]{1,80}$/u, "must be a name of an Azure resource");
const tags = z.record(z.string(), z.string().max(256));
const mac = z
  .string()
  .regex(/^(?:[0-9A-F]{2}-){5}[0-9A-F]{2}$/u, "must look like 00-0D-3A-12-34-56");

const securityRule = z.strictObject({
  name,
  priority: z.number().int().min(100).max(4096),
  direction: z.enum(["Inbound", "Outbound"]).default("Inbound"),
  access: z.enum(["Allow", "Deny"]),
  protocol: z.enum(["Tcp", "Udp", "Icmp", "*"]).default("Tcp"),
  source: z
    .string()
    .min(1)
    .default("*")
    .describe("`*`, a CIDR prefix, an address, or a service tag such as `Internet`."),
  destination: z.string().min(1).default("*").describe("The same at the other end."),
  ports: z
    .array(z.string().regex(/^(?:\*|\d{1,5}(?:-\d{1,5})?)$/u))
    .min(1)
    .describe("`*`, a port, or a range such as `3000-4000`."),
});

const securityGroup = z.strictObject({ name, rules: z.array(securityRule).default([]) });

const subnet = z.strictObject({
  name,
  prefixes: z.array(cidr).min(1),
  securityGroup: name.optional(),
});

const network = z.strictObject({
  name: name.default("vnet-fleet"),
  subnets: z.array(subnet).min(1),
  dnsServers: z.array(z.ipv4()).default([]).describe("Default: Azure's own, 168.63.129.16"),
});

const part = /^[\w.-]{1,80}\/[\w.-]{1,80}$/u;
const partOfBalancer = z.string().regex(part, "must look like LOAD-BALANCER/NAME");

const ipConfiguration = z.strictObject({
  name: name.optional().describe("Default: ipconfig1, ipconfig2, …"),
  address: z.union([z.ipv4(), z.ipv6()]),
  allocation: z.enum(["Static", "Dynamic"]).default("Dynamic"),
  subnet: name.optional().describe("Default: the NIC's subnet"),
  publicAddress: z.ipv4().optional(),
  applicationSecurityGroups: z.array(name).default([]),
  loadBalancerPools: z
    .array(partOfBalancer)
    .default([])
    .describe("Each as `LOAD-BALANCER/BACK-END-POOL`."),
  natRules: z
    .array(partOfBalancer)
    .default([])
    .describe("Each as `LOAD-BALANCER/INBOUND-NAT-RULE`."),
  gatewayPools: z
    .array(z.string().regex(part, "must look like APPLICATION-GATEWAY/NAME"))
    .default([])
    .describe("Each as `APPLICATION-GATEWAY/BACK-END-POOL`."),
});

const adapter = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe(
      "Interface alias in Windows. Default: Ethernet, Ethernet 2, … in the language of Windows",
    ),
  enabled: z.boolean().default(true),
  present: z
    .boolean()
    .default(true)
    .describe("Whether Windows has found the NIC's device. If not, it does at its next start."),
  static: staticConfiguration.optional().describe("Left out: the adapter is on DHCP."),
  heldLease: leaseRule
    .optional()
    .describe("What DHCP answered when Windows last asked. Left out: what it answers now."),
});

const nic = z.strictObject({
  name: name.optional().describe("Default: nic-VM, nic-VM-2, … without a leading `vm-`"),
  subnet: name.optional().describe("Default: the network's first"),
  securityGroup: name.optional(),
  ipConfigurations: z.array(ipConfiguration).min(1),
  tags: tags.default({}),
  ipForwarding: z.boolean().default(false),
  acceleratedNetworking: z.boolean().default(false),
  auxiliaryMode: z
    .enum(["None", "MaxConnections", "Floating", "AcceleratedConnections"])
    .default("None"),
  dnsServers: z.array(z.ipv4()).default([]).describe("Of this NIC alone. Default: the network's"),
  mac: mac.optional(),
  lease: leaseRule.default("azure"),
  adapter: adapter.prefault({}),
});

const guest = z.strictObject({
  computerName: z
    .string()
    .min(1)
    .max(15)
    .optional()
    .describe("Default: the VM's name in upper case, at most 15 letters"),
  locale: z
    .enum(GUEST_LOCALES)
    .default("en-US")
    .describe("Display language of Windows: of what its commands print, and of adapters' names."),
  roles: z.array(z.enum(["domainController", "clusterNode"])).default([]),
  dhcpService: z
    .strictObject({
      state: z.enum(["running", "stopped"]).default("running"),
      startMode: z.enum(["automatic", "manual", "disabled"]).default("automatic"),
    })
    .prefault({}),
  taskRegistration: z.boolean().default(true),
  elevated: z.boolean().default(true),
  rdpListening: z.boolean().default(true),
  rdp: guestRdp,
  firewall: guestFirewall,
  console: z
    .strictObject({
      front: z
        .enum(["sac", "cmd"])
        .default("sac")
        .describe("`cmd`: somebody's command prompt channel is in front, and takes what is typed."),
      typed: z.string().default("").describe("A line that somebody left half typed."),
      ...consoleTraits,
    })
    .prefault({})
    .describe("What stands on the serial console."),
  users: z.array(guestUser).default([]).describe("Who can sign in at its command prompts."),
});

const vm = z.strictObject({
  name,
  note: z.string().default("").describe("Why this VM is in the fleet, for the people who watch."),
  os: z.enum(["Windows", "Linux"]).default("Windows"),
  size: z.string().min(1).default("Standard_D2s_v5"),
  tags: tags.default({}),
  power: z.enum(["running", "stopped", "deallocated"]).default("running"),
  osDisk: z.enum(["managed", "ephemeral", "unmanaged"]).default("managed"),
  diskEncryptionSet: name
    .optional()
    .describe("Name of the disk encryption set with the key of a managed OS disk."),
  agent: z.boolean().default(true).describe("Whether the guest agent is installed."),
  agentSurvivesWrongAddress: z
    .boolean()
    .default(false)
    .describe(
      "Whether the agent reaches Azure although Windows has another address than Azure's: nobody has confirmed either.",
    ),
  bootDiagnostics: z.boolean().default(true).describe("The serial console needs them."),
  nics: z.array(nic).min(1),
  guest: guest.prefault({}),
  health: platformHealth
    .prefault({})
    .describe("What Azure itself says about the VM's availability."),
});

const lock = z
  .strictObject({
    name: name.optional().describe("Default: lock-1, lock-2, …"),
    level: z
      .enum(["ReadOnly", "CanNotDelete"])
      .describe("ReadOnly stops writes, actions and deletes; CanNotDelete stops deletes only."),
    notes: z.string().default(""),
    vm: name.optional(),
    nic: name.optional(),
    disk: name.optional(),
  })
  .refine(
    (entry) => [entry.vm, entry.nic, entry.disk].filter(Boolean).length <= 1,
    "must name one of vm, nic and disk, or none for the resource group",
  );

const plannedAlert = z.strictObject({
  vm: name,
  kind: z.enum(["connectionMonitor", "heartbeat"]).default("connectionMonitor"),
  condition: z.enum(["Fired", "Resolved"]).default("Fired"),
  afterSeconds: z
    .number()
    .min(0)
    .max(86_400)
    .default(0)
    .describe("After the first address for alerts was registered."),
  copies: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(1)
    .describe("How often the same alert is delivered."),
});

const role = z
  .strictObject({
    actions: z.array(z.string().min(1)).min(1),
    notActions: z.array(z.string().min(1)).default([]),
  })
  .describe(
    "What the printed token may do, with the wildcards of Azure's role definitions, in all subscriptions. Left out: everything.",
  );

/** What a subscription holds: one resource group with everything in it. */
const fleet = {
  location: z.string().min(1).default("westeurope"),
  resourceGroup: name.default("rg-fleet"),
  network,
  securityGroups: z.array(securityGroup).default([]),
  vms: z.array(vm).min(1),
  privateDnsZones: z.array(dnsZone).default([]).describe("With their A records."),
  serialConsoleDisabled: z
    .boolean()
    .default(false)
    .describe("Whether the serial console is switched off for the whole subscription."),
  locks: z
    .array(lock)
    .default([])
    .describe("Each on one VM, NIC or disk, or on the resource group where it names none."),
};

const subscription = z.strictObject({
  id: z.guid(),
  name: z.string().min(1).optional().describe("Default: Subscription 2, Subscription 3, …"),
  noRole: z.boolean().default(false).describe("Whether the printed token has no role there."),
  ...fleet,
});

/** A scenario as outside data. */
export const scenario = z.strictObject({
  $schema: z
    .string()
    .optional()
    .describe("Where editors find the schema; simulated Azure ignores it."),
  title: z.string().default("").describe("What this fleet shows, for the people who watch."),
  seed: z.number().int().default(1),
  subscriptionId: z.guid().default("5a1e0c2e-9b1d-4f6e-8c3a-7d2b5e9f1a64"),
  tenantId: z.guid().default("c4d8f0b2-6a37-4e1c-b5a9-0f3e7d618b25"),
  ...fleet,
  subscriptions: z
    .array(subscription)
    .default([])
    .describe(
      "Further subscriptions. Addresses may be those of another one; names of VMs and NICs may not.",
    ),
  role: role.optional(),
  secrets: vaultSecrets,
  ...eventGridKeys,
  keepMac: z
    .boolean()
    .default(false)
    .describe(
      "Whether a NIC keeps its MAC address, and Windows its adapter, when Azure changes the NIC's address. Microsoft's article says that the MAC address changes and that Windows keeps the old adapter as a ghost; nobody has confirmed when.",
    ),
  allocationRestarts: z
    .boolean()
    .default(false)
    .describe(
      "Whether a change between Dynamic and Static restarts the VM and gives the NIC another MAC address although its address stays. Nobody has confirmed either.",
    ),
  dynamicKeepsAddress: z
    .boolean()
    .default(true)
    .describe(
      "Whether a Static IP configuration that becomes Dynamic keeps its address; otherwise Azure gives it another one. Nobody has confirmed either.",
    ),
  commandDeliverySeconds: z
    .number()
    .min(0)
    .max(86_400)
    .default(1200)
    .describe(
      "How long a command for an agent that is not ready is waited for, before Azure says that it failed.",
    ),
  activityLogDelaySeconds: z
    .number()
    .min(0)
    .max(86_400)
    .default(0)
    .describe(
      "How long an entry of the Activity Log takes until it can be read; in Azure minutes.",
    ),
  pageSize: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe("How many items of a list come at once, with a nextLink to the rest. Left out: all."),
  throttling: z
    .enum(["off", "azure"])
    .default("off")
    .describe("Whether Azure's limits on the number of requests hold; they answer 429."),
  faults: z.array(fault).default([]),
  deliveries: z
    .array(disturbance)
    .default([])
    .describe("Events and alerts that come late, several times, or after younger ones."),
  alerts: z.array(plannedAlert).default([]),
});

/** A fleet and what goes wrong with it, with every default filled in. */
export type Scenario = z.output<typeof scenario>;

/** One VM of a scenario. */
export type ScenarioVm = Scenario["vms"][number];

/** One NIC of a scenario's VM. */
export type ScenarioNic = ScenarioVm["nics"][number];

/** One lock of a scenario. */
export type ScenarioLock = Scenario["locks"][number];

/** A scenario as it is written down, defaults left out. */
export type ScenarioInput = z.input<typeof scenario>;
