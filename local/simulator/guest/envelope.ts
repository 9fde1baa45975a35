import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

import { isLinkLocal, maskOf } from "../../../shared/domain/addresses.ts";
import type { GuestAdapterState, GuestState } from "./state.ts";
import { gatewaysInForce } from "./windows.ts";

/** JSON as the guest scripts write it. */
export type GuestJson =
  | string
  | number
  | boolean
  | null
  | readonly GuestJson[]
  | { readonly [key: string]: GuestJson };

/** An adapter as the envelopes show it. */
export interface AdapterView {
  readonly [key: string]: GuestJson;
  readonly name: string;
  readonly guid: string;
  readonly mac: string;
  readonly on: boolean;
  readonly dhcp: boolean;
  readonly ip: readonly string[];
  readonly gw: readonly string[];
  readonly dns: readonly string[];
  readonly fp: string;
}

const LINE_LIMIT = 4000;
const NAME_LIMITS = [256, 64, 24, 8];

/** JSON in printable ASCII only, as the scripts' own writer spells it. */
export function asciiJson(value: GuestJson): string {
  if (typeof value === "string") {
    return `"${value.replaceAll(/[^ -~]|["\\]/g, escaped)}"`;
  }
  if (isList(value)) {
    return `[${value.map((item) => asciiJson(item)).join(",")}]`;
  }
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value).map(
      ([key, item]) => `${asciiJson(key)}:${asciiJson(item)}`,
    );
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}

/** Adapters of the hypervisor's network as the scripts see them, by interface index. */
export function adapterViews(state: GuestState): readonly AdapterView[] {
  return state.adapters
    .filter((adapter) => adapter.service === "netvsc")
    .toSorted((one, other) => one.index - other.index)
    .map((adapter) => viewOf(state, adapter));
}

/** The answer's one line: the netsh text is cut first, then long names. */
export function envelopeLine(
  envelope: Readonly<Record<string, GuestJson>>,
  netshText: string | null,
): string {
  let line = "";
  for (const limit of NAME_LIMITS) {
    line = asciiJson({ ...shortNames(envelope, limit), netsh: null });
    if (line.length <= LINE_LIMIT) {
      return withNetsh(shortNames(envelope, limit), netshText, line);
    }
  }
  return asciiJson({ sir: envelope["sir"] ?? "", error: "envelope-too-large", detail: null });
}

function withNetsh(
  envelope: Readonly<Record<string, GuestJson>>,
  netshText: string | null,
  bare: string,
): string {
  if (netshText === null || netshText === "") {
    return bare;
  }
  const netsh = gzipSync(Buffer.from(netshText, "utf8")).toString("base64");
  const full = asciiJson({ ...envelope, netsh });
  return full.length <= LINE_LIMIT ? full : bare;
}

function shortNames(
  envelope: Readonly<Record<string, GuestJson>>,
  limit: number,
): Readonly<Record<string, GuestJson>> {
  return Object.fromEntries(
    Object.entries(envelope).map(([key, value]) => [key, shortened(value, limit)]),
  );
}

function shortened(value: GuestJson, limit: number): GuestJson {
  if (isList(value)) {
    return value.map((item) => shortened(item, limit));
  }
  return isView(value) && value.name.length > limit
    ? { ...value, name: `${value.name.slice(0, limit - 1)}~` }
    : value;
}

function viewOf(state: GuestState, adapter: GuestAdapterState): AdapterView {
  // CIM holds nothing of a disabled adapter, and the registry only what is static.
  const known = adapter.enabled || !adapter.dhcp;
  const stored = adapter.configured ?? adapter.addresses.filter(({ ip }) => !isLinkLocal(ip));
  const addresses = adapter.enabled ? adapter.addresses : stored;
  const view = {
    name: adapter.name,
    guid: adapter.guid,
    mac: adapter.mac,
    on: adapter.enabled,
    dhcp: adapter.dhcp,
    ip: known ? addresses.map(({ ip, prefixLength }) => `${ip}/${prefixLength}`) : [],
    gw: gatewaysOf(state, adapter),
    dns: adapter.staticDnsServers,
  };
  return { ...view, fp: fingerprintOf(view) };
}

function gatewaysOf(state: GuestState, adapter: GuestAdapterState): readonly string[] {
  if (adapter.enabled) {
    return gatewaysInForce(state, adapter);
  }
  return adapter.dhcp ? [] : adapter.gateways;
}

function fingerprintOf(
  view: Pick<AdapterView, "guid" | "mac" | "on" | "dhcp" | "ip" | "gw" | "dns">,
): string {
  const kept = view.ip.filter((address) => !address.startsWith("169.254."));
  const parts = [view.guid, view.mac, view.on, view.dhcp, kept, view.gw, view.dns];
  const text = parts
    .map((part) => String(part))
    .join("|")
    .toLowerCase();
  return createHash("sha256").update(text, "utf8").digest("hex").slice(0, 16);
}

function isList(value: GuestJson): value is readonly GuestJson[] {
  return Array.isArray(value);
}

function isView(value: GuestJson): value is AdapterView {
  return value !== null && typeof value === "object" && "fp" in value && "name" in value;
}

function escaped(character: string): string {
  return String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** `2026-01-31T12:00:00Z`, as the scripts write instants. */
export function guestInstant(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** `ip/mask` for an address. */
export function maskedAddress(address: string): string {
  const [ip = "", prefixLength = ""] = address.split("/");
  return `${ip}/${maskOf(Number(prefixLength))}`;
}
