import { diagnose } from "../../../shared/diagnosis/diagnose.ts";
import { isFault } from "../../../shared/diagnosis/is-fault.ts";
import type { Diagnosis, DiagnosisKind } from "../../../shared/domain/diagnosis.ts";
import type { AzureFacts, GuestFacts, NicFacts, VmFacts } from "../../../shared/domain/facts.ts";
import type { PrintedAdapter, PrintedText } from "../../../shared/guest/text/adapters.ts";
import type { Finding, OpenKind } from "./finding.ts";
import { adapterFinding, textFinding } from "./words.ts";

/** The verdict on a text as a whole, and on each adapter that can be Azure's. */
export interface Explanation {
  readonly diagnosis: Finding;
  readonly findings: readonly Finding[];
}

const NIC_ID = "nic";
const MAC = "00-00-00-00-00-00";
const UNKNOWN_TIME = "1970-01-01T00:00:00.000Z";

/** Compares what Windows printed with the addresses of Azure's NIC, primary first. */
export function explainText(printed: PrintedText, azure: readonly string[]): Explanation {
  const adapters = newest(printed.adapters).filter((adapter) => !isLoopback(adapter));
  if (azure.length === 0) {
    return whole("no-azure-address", azure, adapters);
  }
  const holders = adapters.filter((adapter) => holdsAny(adapter, azure));
  const chosen = holders.length > 0 ? holders : likely(adapters);
  const last = printed.adapters.at(-1);
  if (printed.cut && (holders.length === 0 || holders.some((adapter) => adapter === last))) {
    return whole("text-cut", azure, adapters);
  }
  if (adapters.length === 0) {
    return whole("no-network-adapter", azure, adapters);
  }
  const findings = chosen.map((adapter) => judge(adapter, shareOf(adapter, chosen, azure)));
  const [first] = findings;
  if (first === undefined) {
    return whole("adapter-unclear", azure, adapters);
  }
  const worst =
    findings.find(({ fault }) => fault === true) ?? findings.find(({ fault }) => fault === null);
  return { diagnosis: worst ?? first, findings };
}

/** An adapter that was printed several times, for example before and after a change, is as the last time says. */
function newest(adapters: readonly PrintedAdapter[]): readonly PrintedAdapter[] {
  return [...new Map(adapters.map((adapter) => [adapter.name, adapter])).values()];
}

/** Only a single adapter, or the only one with a gateway, can be taken for Azure's without holding its address. */
function likely(adapters: readonly PrintedAdapter[]): readonly PrintedAdapter[] {
  const routed = adapters.filter(({ gateways }) => gateways.length > 0);
  const chosen = adapters.length === 1 ? adapters : routed;
  return chosen.length === 1 ? chosen : [];
}

/** Adapters that hold different addresses of Azure belong to different NICs; what nobody holds is asked of the first. */
function shareOf(
  adapter: PrintedAdapter,
  chosen: readonly PrintedAdapter[],
  azure: readonly string[],
): readonly string[] {
  if (chosen.length === 1) {
    return azure;
  }
  return azure.filter(
    (ip) =>
      holdsAny(adapter, [ip]) ||
      (adapter === chosen[0] && !chosen.some((other) => holdsAny(other, [ip]))),
  );
}

function judge(adapter: PrintedAdapter, azure: readonly string[]): Finding {
  const { vm, ...facts } = factsFor(azure);
  const [diagnosis] = diagnose(
    { ...facts, vm },
    { kind: "read", facts: guestWith(adapter), netshText: null },
  );
  const verdict = diagnosis ?? { ...NO_DIAGNOSIS, azureAddresses: azure };
  const kind = adapter.dhcpEnabled === null ? kindWithoutDhcp(verdict) : verdict.kind;
  return {
    kind,
    fault: faultOf(kind),
    adapter: adapter.name,
    azureAddresses: azure,
    ...adapterFinding(kind, { adapter, vm, diagnosis: { ...verdict, adapterName: adapter.name } }),
  };
}

const NO_DIAGNOSIS: Diagnosis = {
  kind: "guest-unreadable",
  nicId: NIC_ID,
  primaryNic: true,
  adapterName: null,
  azureAddresses: [],
  guestAddresses: [],
  message: "",
};

function kindWithoutDhcp({ guestAddresses, azureAddresses }: Diagnosis): OpenKind {
  if (guestAddresses.length === 0) {
    return "dhcp-unknown";
  }
  const same =
    guestAddresses.length === azureAddresses.length &&
    azureAddresses.every((ip) => guestAddresses.includes(ip));
  return same ? "address-right" : "address-mismatch";
}

const FAULTS: Readonly<Record<OpenKind, boolean | null>> = {
  "no-azure-address": null,
  "text-cut": null,
  "no-network-adapter": null,
  "dhcp-unknown": null,
  "adapter-unclear": true,
  "address-mismatch": true,
  "address-right": false,
};

function faultOf(kind: DiagnosisKind | OpenKind): boolean | null {
  if (isOpen(kind)) {
    return FAULTS[kind];
  }
  return kind === "guest-unreadable" ? null : isFault([{ kind }]);
}

function isOpen(kind: DiagnosisKind | OpenKind): kind is OpenKind {
  return Object.hasOwn(FAULTS, kind);
}

function whole(
  kind: "no-azure-address" | "text-cut" | "no-network-adapter" | "adapter-unclear",
  azureAddresses: readonly string[],
  adapters: readonly PrintedAdapter[],
): Explanation {
  const words = textFinding(kind, azureAddresses, adapters);
  return {
    diagnosis: { kind, fault: faultOf(kind), adapter: null, azureAddresses, ...words },
    findings: [],
  };
}

function isLoopback({ addresses }: PrintedAdapter): boolean {
  return addresses.length > 0 && addresses.every(({ ip }) => ip.startsWith("127."));
}

function holdsAny({ addresses }: PrintedAdapter, azure: readonly string[]): boolean {
  return addresses.some(({ ip }) => azure.includes(ip));
}

/** Azure's side as far as the addresses tell it; the subnet stays unknown, so prefix and gateway are not judged. */
function factsFor(addresses: readonly string[]): AzureFacts {
  const nic: NicFacts = {
    id: NIC_ID,
    name: "NIC-NAME",
    primary: true,
    mac: MAC,
    ipForwarding: false,
    networkSecurityGroupId: null,
    ipConfigurations: addresses.map((address, index) => ({
      name: `ipconfig${index + 1}`,
      primary: index === 0,
      version: "IPv4",
      address,
      allocation: "Dynamic",
      subnetId: null,
      publicIpId: null,
    })),
    pools: [],
    subnet: null,
  };
  return { readAt: UNKNOWN_TIME, vm: VM, nics: [nic], locks: null, platform: null };
}

const VM: VmFacts = {
  id: "vm",
  name: "VM-NAME",
  location: "",
  osType: "Windows",
  powerState: "unknown",
  agentReady: false,
  agentReportedAt: null,
  osDisk: { kind: "managed", id: "OS-DISK-ID" },
  tags: {},
  inScaleSet: false,
  bootDiagnostics: false,
  createdAt: null,
  provisionedAt: null,
};

function guestWith(adapter: PrintedAdapter): GuestFacts {
  return {
    readAt: UNKNOWN_TIME,
    bootedAt: null,
    computerName: "",
    dhcpService: { state: "other", startMode: "other" },
    roles: null,
    deadManTasks: [],
    adapters: [
      {
        name: adapter.name,
        guid: "",
        mac: MAC,
        enabled: true,
        dhcp: adapter.dhcpEnabled,
        addresses: adapter.addresses.map(({ ip, prefixLength }) => ({
          ip,
          prefixLength: prefixLength ?? 0,
        })),
        gateways: adapter.gateways,
        staticDnsServers: [],
        fingerprint: "",
      },
    ],
  };
}
