import { readFileSync } from "node:fs";

import { z } from "zod";

import { isIpv4, prefixHolding } from "../../shared/domain/addresses.ts";
import { ConfigurationError } from "../../shared/domain/errors.ts";
import { cidr, fault, leaseRule, staticConfiguration } from "./fault-schema.ts";

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
  /** `*`, a CIDR prefix, an address, or a service tag such as `Internet`. */
  source: z.string().min(1).default("*"),
  /** `*`, a port, or a range such as `3000-4000`. */
  ports: z.array(z.string().regex(/^(?:\*|\d{1,5}(?:-\d{1,5})?)$/u)).min(1),
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
  /** @default Azure's own, 168.63.129.16 */
  dnsServers: z.array(z.ipv4()).default([]),
});

const ipConfiguration = z.strictObject({
  /** @default ipconfig1, ipconfig2, … */
  name: name.optional(),
  address: z.union([z.ipv4(), z.ipv6()]),
  allocation: z.enum(["Static", "Dynamic"]).default("Dynamic"),
  /** @default the NIC's subnet */
  subnet: name.optional(),
  publicAddress: z.ipv4().optional(),
});

const adapter = z.strictObject({
  /** Interface alias in Windows. @default Ethernet, Ethernet 2, … */
  name: z.string().min(1).max(256).optional(),
  enabled: z.boolean().default(true),
  /** Left out: the adapter is on DHCP. */
  static: staticConfiguration.optional(),
});

const nic = z.strictObject({
  /** @default nic-VM, nic-VM-2, … without a leading `vm-` */
  name: name.optional(),
  /** @default the network's first */
  subnet: name.optional(),
  securityGroup: name.optional(),
  ipConfigurations: z.array(ipConfiguration).min(1),
  ipForwarding: z.boolean().default(false),
  mac: mac.optional(),
  lease: leaseRule.default("azure"),
  adapter: adapter.prefault({}),
});

const guest = z.strictObject({
  /** @default the VM's name in upper case, at most 15 letters */
  computerName: z.string().min(1).max(15).optional(),
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
});

const vm = z.strictObject({
  name,
  /** Why this VM is in the fleet, for the people who watch. */
  note: z.string().default(""),
  os: z.enum(["Windows", "Linux"]).default("Windows"),
  size: z.string().min(1).default("Standard_D2s_v5"),
  tags: tags.default({}),
  power: z.enum(["running", "stopped", "deallocated"]).default("running"),
  osDisk: z.enum(["managed", "ephemeral", "unmanaged"]).default("managed"),
  /** Whether the guest agent is installed. */
  agent: z.boolean().default(true),
  /** Whether the agent reaches Azure although Windows has another address than Azure's: nobody has confirmed either. */
  agentSurvivesWrongAddress: z.boolean().default(false),
  nics: z.array(nic).min(1),
  guest: guest.prefault({}),
});

const plannedAlert = z.strictObject({
  vm: name,
  kind: z.enum(["connectionMonitor", "heartbeat"]).default("connectionMonitor"),
  condition: z.enum(["Fired", "Resolved"]).default("Fired"),
  /** After the first address for alerts was registered. */
  afterSeconds: z.number().min(0).max(86_400).default(0),
  /** How often the same alert is delivered. */
  copies: z.number().int().min(1).max(100).default(1),
});

const scenario = z.strictObject({
  /** What this fleet shows, for the people who watch. */
  title: z.string().default(""),
  seed: z.number().int().default(1),
  subscriptionId: z.guid().default("5a1e0c2e-9b1d-4f6e-8c3a-7d2b5e9f1a64"),
  tenantId: z.guid().default("c4d8f0b2-6a37-4e1c-b5a9-0f3e7d618b25"),
  location: z.string().min(1).default("westeurope"),
  resourceGroup: name.default("rg-fleet"),
  network,
  securityGroups: z.array(securityGroup).default([]),
  vms: z.array(vm).min(1),
  /**
   * Whether a NIC keeps its MAC address, and Windows its adapter, when Azure changes the NIC's address. Microsoft's
   * article says that the MAC address changes; nobody has confirmed when.
   */
  keepMac: z.boolean().default(true),
  /** How long a command for an agent that is not ready is waited for, before Azure says that it failed. */
  commandDeliverySeconds: z.number().min(0).max(86_400).default(1200),
  faults: z.array(fault).default([]),
  alerts: z.array(plannedAlert).default([]),
});

/** A fleet and what goes wrong with it, with every default filled in. */
export type Scenario = z.output<typeof scenario>;

/** One VM of a scenario. */
export type ScenarioVm = Scenario["vms"][number];

/** One NIC of a scenario's VM. */
export type ScenarioNic = ScenarioVm["nics"][number];

/** A scenario as it is written down, defaults left out. */
export type ScenarioInput = z.input<typeof scenario>;

/**
 * Reads a scenario from data.
 * @throws ConfigurationError `invalid-scenario`, naming the path of every fault.
 */
export function parseScenario(data: unknown, source = "the scenario"): Scenario {
  const parsed = scenario.safeParse(data);
  if (!parsed.success) {
    throw invalid(
      source,
      parsed.error.issues.map((issue) => `${pathText(issue.path)}: ${issue.message}`),
    );
  }
  const problems = findWrongReferences(parsed.data);
  if (problems.length > 0) {
    throw invalid(source, problems);
  }
  return parsed.data;
}

/**
 * Reads a scenario from a JSON file.
 * @throws ConfigurationError `invalid-scenario`, naming the file and every fault.
 */
export function readScenario(file: string): Scenario {
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw invalid(file, [error instanceof Error ? error.message : String(error)]);
  }
  return parseScenario(data, file);
}

function invalid(source: string, problems: readonly string[]): ConfigurationError {
  return new ConfigurationError(`Cannot read ${source}. ${problems.join("; ")}`, {
    code: "invalid-scenario",
    nextStep: "Correct what is named; local/simulator/scenario.ts lists every key.",
  });
}

function pathText(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "(top)" : path.map(String).join(".");
}

function findWrongReferences(data: Scenario): string[] {
  return [...wrongNames(data), ...wrongAddresses(data), ...repeatedNames(data)];
}

function wrongNames(data: Scenario): string[] {
  const subnets = namesOf(data.network.subnets);
  const groups = namesOf(data.securityGroups);
  const vms = namesOf(data.vms);
  return [
    ...data.network.subnets.map((entry, index) =>
      unknownName(`network.subnets.${index}.securityGroup`, entry.securityGroup, groups),
    ),
    ...data.vms.flatMap((machine, index) =>
      machine.nics.flatMap((card, nicIndex) => [
        unknownName(`vms.${index}.nics.${nicIndex}.subnet`, card.subnet, subnets),
        unknownName(`vms.${index}.nics.${nicIndex}.securityGroup`, card.securityGroup, groups),
      ]),
    ),
    ...data.faults.map((entry, index) => unknownName(`faults.${index}.vm`, entry.vm, vms)),
    ...data.alerts.map((entry, index) => unknownName(`alerts.${index}.vm`, entry.vm, vms)),
  ].filter((problem) => problem !== null);
}

function namesOf(entries: readonly { readonly name: string }[]): ReadonlySet<string> {
  return new Set(entries.map((entry) => entry.name));
}

function unknownName(
  path: string,
  wanted: string | undefined,
  known: ReadonlySet<string>,
): string | null {
  return wanted === undefined || known.has(wanted)
    ? null
    : `${path}: nothing here is named ${wanted}`;
}

function wrongAddresses(data: Scenario): string[] {
  return data.vms.flatMap((machine, index) =>
    machine.nics.flatMap((card, nicIndex) =>
      wrongAddressesOf(data, card, `vms.${index}.nics.${nicIndex}`),
    ),
  );
}

function wrongAddressesOf(data: Scenario, card: ScenarioNic, path: string): string[] {
  const problems: string[] = [];
  for (const [index, entry] of card.ipConfigurations.entries()) {
    const home = entry.subnet ?? card.subnet ?? data.network.subnets[0]?.name ?? "";
    if (isIpv4(entry.address) && !liesIn(data, home, entry.address)) {
      problems.push(`${path}.ipConfigurations.${index}.address: lies in no prefix of ${home}`);
    }
  }
  return problems;
}

function liesIn(data: Scenario, subnetName: string, address: string): boolean {
  const home = data.network.subnets.find((entry) => entry.name === subnetName);
  return prefixHolding(address, home?.prefixes ?? []) !== null;
}

function repeatedNames(data: Scenario): string[] {
  const names = new Set(data.vms.map((machine) => machine.name.toLowerCase()));
  return names.size < data.vms.length ? ["vms: two have the same name"] : [];
}
