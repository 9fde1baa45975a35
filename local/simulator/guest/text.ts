import ipaddr from "ipaddr.js";

import { isLinkLocal, maskOf } from "../../../shared/domain/addresses.ts";
import { columnsOf, padColumns } from "./columns.ts";
import type { Dots, GuestLanguage } from "./languages/language.ts";
import { languageOf } from "./locales.ts";
import type { GuestAdapterState, GuestAddressState, GuestState } from "./state.ts";
import { gatewaysInForce } from "./windows.ts";

/** Column in which `netsh` prints its values. */
const VALUE_COLUMN = 42;

/** Column in which `ipconfig` prints the second value of a line and those after it. */
const NEXT_VALUE_COLUMN = 39;

/** What `netsh` prints of one adapter. */
interface NetshAdapter {
  readonly name: string;
  readonly dhcp: boolean;
  readonly addresses: readonly GuestAddressState[];
  readonly gateways: readonly string[];
  readonly metric: number;
  readonly dnsServers: readonly string[];
  /** Whether the DNS servers came with the lease. */
  readonly leasedDns: boolean;
  readonly registers: boolean;
}

/** Windows' own adapter, which has this name in every display language. */
const LOOPBACK: NetshAdapter = {
  name: "Loopback Pseudo-Interface 1",
  dhcp: false,
  addresses: [{ ip: "127.0.0.1", prefixLength: 8 }],
  gateways: [],
  metric: 75,
  dnsServers: [],
  leasedDns: false,
  registers: false,
};

/** What `netsh interface ip show config` prints, in the guest's language. */
export function netshText(state: GuestState): string {
  const shown = state.adapters.filter((adapter) => isShown(adapter));
  const adapters = [...shown.map((adapter) => netshAdapter(state, adapter)), LOOPBACK];
  const language = languageOf(state.locale);
  return adapters.flatMap((adapter) => netshLines(language, adapter)).join("\n");
}

/** What `netsh interface ip show config name="…"` prints of one adapter; nothing if it is disabled. */
export function netshAdapterText(state: GuestState, adapter: GuestAdapterState): string {
  const lines = adapter.enabled
    ? netshLines(languageOf(state.locale), netshAdapter(state, adapter))
    : [];
  return lines.join("\n");
}

/** What `ipconfig /all` prints, in the guest's language. */
export function ipconfigText(state: GuestState): string {
  const { ipconfig, no } = languageOf(state.locale);
  const head = [
    "",
    ipconfig.title,
    "",
    dotted(ipconfig.dots, ipconfig.hostName, state.computerName),
    dotted(ipconfig.dots, ipconfig.primarySuffix, ""),
    dotted(ipconfig.dots, ipconfig.nodeType, ipconfig.hybrid),
    dotted(ipconfig.dots, ipconfig.routing, no),
    dotted(ipconfig.dots, ipconfig.winsProxy, no),
  ];
  const adapters = state.adapters.filter((adapter) => isShown(adapter));
  return [...head, ...adapters.flatMap((adapter) => ipconfigLines(state, adapter)), ""].join("\n");
}

/** A virtual function behind the hypervisor's adapter has no IP configuration of its own. */
function isShown(adapter: GuestAdapterState): boolean {
  return adapter.enabled && !adapter.service.startsWith("mlx");
}

function netshAdapter(state: GuestState, adapter: GuestAdapterState): NetshAdapter {
  const { name, dhcp, addresses, staticDnsServers, leasedDnsServers = [] } = adapter;
  const leasedDns = dhcp && staticDnsServers.length === 0;
  return {
    name,
    dhcp,
    addresses,
    gateways: gatewaysInForce(state, adapter),
    metric: 10,
    dnsServers: leasedDns ? leasedDnsServers : staticDnsServers,
    leasedDns,
    registers: true,
  };
}

function netshLines(language: GuestLanguage, adapter: NetshAdapter): readonly string[] {
  const { netsh: words, yes, no } = language;
  const { dhcp, leasedDns } = adapter;
  const [firstServer = words.none, ...otherServers] = adapter.dnsServers;
  const fields: readonly (readonly [label: string, value: string])[] = [
    [words.dhcpEnabled, dhcp ? yes : no],
    ...adapter.addresses.flatMap((address) => [
      [words.address, address.ip] as const,
      [
        words.prefix,
        `${prefixOf(address)} (${words.mask} ${maskOf(address.prefixLength)})`,
      ] as const,
    ]),
    ...adapter.gateways.flatMap((gateway) => [
      [words.gateway, gateway] as const,
      [words.gatewayMetric, "0"] as const,
    ]),
    [words.interfaceMetric, String(adapter.metric)],
    [leasedDns ? words.leasedDns : words.staticDns, firstServer],
    ...otherServers.map((server) => ["", server] as const),
    [words.suffix, adapter.registers ? words.primaryOnly : words.none],
    [dhcp ? words.leasedWins : words.staticWins, words.none],
  ];
  const lines = fields.map(([label, value]) => {
    const start = label === "" ? "" : `    ${label}${language.colon}`;
    return `${padColumns(start, VALUE_COLUMN - 1)} ${value}`;
  });
  return ["", words.header.join(adapter.name), ...lines, ""];
}

function prefixOf({ ip, prefixLength }: GuestAddressState): string {
  const network = ipaddr.IPv4.networkAddressFromCIDR(`${ip}/${prefixLength}`);
  return `${network.toString()}/${prefixLength}`;
}

function ipconfigLines(state: GuestState, adapter: GuestAdapterState): readonly string[] {
  const { ipconfig: words, colon, yes, no } = languageOf(state.locale);
  const { dots } = words;
  const dns =
    adapter.staticDnsServers.length > 0
      ? adapter.staticDnsServers
      : (adapter.leasedDnsServers ?? []);
  return [
    "",
    `${words.section}${adapter.name}${colon}`,
    "",
    dotted(dots, words.connectionSuffix, ""),
    dotted(dots, words.description, adapter.description),
    dotted(dots, words.physicalAddress, adapter.mac),
    dotted(dots, words.dhcpEnabled, adapter.dhcp ? yes : no),
    dotted(dots, words.autoconfiguration, yes),
    ...adapter.addresses.flatMap(({ ip, prefixLength }) => [
      dotted(
        dots,
        isLinkLocal(ip) ? words.madeUpAddress : words.address,
        `${ip}(${words.preferred}) `,
      ),
      dotted(dots, words.mask, maskOf(prefixLength)),
    ]),
    ...listed(dots, words.gateway, gatewaysInForce(state, adapter)),
    ...listed(dots, words.dnsServers, dns),
  ];
}

function listed(dots: Dots, label: string, values: readonly string[]): readonly string[] {
  const [first = "", ...others] = values;
  return [
    dotted(dots, label, first),
    ...others.map((value) => " ".repeat(NEXT_VALUE_COLUMN) + value),
  ];
}

function dotted(dots: Dots, label: string, value: string): string {
  const start = `   ${label}`;
  if (label.endsWith(":")) {
    return `${start} ${value}`;
  }
  const onDot = (columnsOf(start) % 2 === 0) === (dots.columns === "even");
  return `${padColumns(onDot ? start : `${start} `, dots.colonAt, ". ")}: ${value}`;
}
