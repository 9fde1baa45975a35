import ipaddr from "ipaddr.js";

import { isLinkLocal, maskOf } from "../../../shared/domain/addresses.ts";
import type { GuestAdapterState, GuestAddressState, GuestState } from "./state.ts";
import { gatewaysInForce } from "./windows.ts";

const LOOPBACK = [
  "",
  'Configuration for interface "Loopback Pseudo-Interface 1"',
  field("DHCP enabled", "No"),
  field("IP Address", "127.0.0.1"),
  field("Subnet Prefix", "127.0.0.0/8 (mask 255.0.0.0)"),
  field("InterfaceMetric", "75"),
  field("Statically Configured DNS Servers", "None"),
  field("Register with which suffix", "None"),
  field("Statically Configured WINS Servers", "None"),
  "",
];

/** What `netsh interface ip show config` prints, in English. */
export function netshText(state: GuestState): string {
  const adapters = state.adapters.filter((adapter) => isShown(adapter));
  return [...adapters.flatMap((adapter) => netshLines(state, adapter)), ...LOOPBACK].join("\n");
}

/** What `netsh interface ip show config name="…"` prints of one adapter; nothing if it is disabled. */
export function netshAdapterText(state: GuestState, adapter: GuestAdapterState): string {
  return netshLines(state, adapter).join("\n");
}

/** What `ipconfig /all` prints, in English. */
export function ipconfigText(state: GuestState): string {
  const head = [
    "",
    "Windows IP Configuration",
    "",
    dotted("Host Name", state.computerName),
    dotted("Primary Dns Suffix", ""),
    dotted("Node Type", "Hybrid"),
    dotted("IP Routing Enabled", "No"),
    dotted("WINS Proxy Enabled", "No"),
  ];
  const adapters = state.adapters.filter((adapter) => isShown(adapter));
  return [...head, ...adapters.flatMap((adapter) => ipconfigLines(state, adapter)), ""].join("\n");
}

/** A virtual function behind the hypervisor's adapter has no IP configuration of its own. */
function isShown(adapter: GuestAdapterState): boolean {
  return adapter.enabled && !adapter.service.startsWith("mlx");
}

function netshLines(state: GuestState, adapter: GuestAdapterState): readonly string[] {
  if (!adapter.enabled) {
    return [];
  }
  return [
    "",
    `Configuration for interface "${adapter.name}"`,
    field("DHCP enabled", adapter.dhcp ? "Yes" : "No"),
    ...adapter.addresses.flatMap((address) => [
      field("IP Address", address.ip),
      field("Subnet Prefix", `${prefixOf(address)} (mask ${maskOf(address.prefixLength)})`),
    ]),
    ...gatewaysInForce(state, adapter).flatMap((gateway) => [
      field("Default Gateway", gateway),
      field("Gateway Metric", "0"),
    ]),
    field("InterfaceMetric", "10"),
    ...dnsLines(adapter),
    field("Register with which suffix", "Primary only"),
    field(
      adapter.dhcp ? "WINS servers configured through DHCP" : "Statically Configured WINS Servers",
      "None",
    ),
    "",
  ];
}

function dnsLines(adapter: GuestAdapterState): readonly string[] {
  const leased = adapter.dhcp && adapter.staticDnsServers.length === 0;
  const label = leased
    ? "DNS servers configured through DHCP"
    : "Statically Configured DNS Servers";
  const servers = leased ? (adapter.leasedDnsServers ?? []) : adapter.staticDnsServers;
  const [first = "None", ...others] = servers;
  return [field(label, first), ...others.map((server) => " ".repeat(42) + server)];
}

function field(label: string, value: string): string {
  return `    ${label}:`.padEnd(42) + value;
}

function prefixOf({ ip, prefixLength }: GuestAddressState): string {
  const network = ipaddr.IPv4.networkAddressFromCIDR(`${ip}/${prefixLength}`);
  return `${network.toString()}/${prefixLength}`;
}

function ipconfigLines(state: GuestState, adapter: GuestAdapterState): readonly string[] {
  const dns =
    adapter.staticDnsServers.length > 0
      ? adapter.staticDnsServers
      : (adapter.leasedDnsServers ?? []);
  return [
    "",
    `Ethernet adapter ${adapter.name}:`,
    "",
    dotted("Connection-specific DNS Suffix", ""),
    dotted("Description", adapter.description),
    dotted("Physical Address", adapter.mac),
    dotted("DHCP Enabled", adapter.dhcp ? "Yes" : "No"),
    dotted("Autoconfiguration Enabled", "Yes"),
    ...adapter.addresses.flatMap(({ ip, prefixLength }) => [
      dotted(
        isLinkLocal(ip) ? "Autoconfiguration IPv4 Address" : "IPv4 Address",
        `${ip}(Preferred) `,
      ),
      dotted("Subnet Mask", maskOf(prefixLength)),
    ]),
    ...listed("Default Gateway", gatewaysInForce(state, adapter)),
    ...listed("DNS Servers", dns),
  ];
}

function listed(label: string, values: readonly string[]): readonly string[] {
  const [first = "", ...others] = values;
  return [dotted(label, first), ...others.map((value) => " ".repeat(39) + value)];
}

function dotted(label: string, value: string): string {
  const start = `   ${label}`;
  // Windows puts its dots into odd columns.
  return `${(start.length % 2 === 0 ? `${start} ` : start).padEnd(37, ". ")}: ${value}`;
}
