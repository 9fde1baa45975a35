import { blocksOf, type Block, type Field } from "./blocks.ts";
import { leadingQuad, mayGoOn, prefixLengthIn, startsWithIpv6 } from "./values.ts";
import { yesOrNo } from "./words.ts";

/** An IPv4 address that Windows printed; without prefix length if the line with the mask is missing. */
export interface PrintedAddress {
  readonly ip: string;
  readonly prefixLength: number | null;
}

/** What Windows printed of one adapter, IPv4 only, in the order of the text. */
export interface PrintedAdapter {
  readonly name: string;
  /** Null if the text does not say, or says it with an unknown word. */
  readonly dhcpEnabled: boolean | null;
  readonly addresses: readonly PrintedAddress[];
  readonly gateways: readonly string[];
  readonly dnsServers: readonly string[];
}

/** What could be read out of a text. */
export interface PrintedText {
  readonly adapters: readonly PrintedAdapter[];
  /** Whether the text ends within the last adapter, before its addresses were complete. */
  readonly cut: boolean;
}

/**
 * Reads the adapters out of what `netsh interface ip show config`, `show addresses` or `ipconfig /all` printed, in any
 * display language of Windows. Never throws. A text cut anywhere gives the same adapters up to the cut: the last one may
 * hold less, never anything else.
 */
export function readAdapters(text: string): PrintedText {
  const readings = blocksOf(text).map((block) => readBlock(block));
  return {
    adapters: readings.map(({ adapter }) => adapter),
    cut: readings.at(-1)?.cut ?? false,
  };
}

interface Reading {
  readonly adapter: PrintedAdapter;
  readonly cut: boolean;
}

/** Where the default gateway may stand; only then is an address one. */
type GatewayPlace =
  | "none"
  /** Right after a mask. */
  | "next"
  /** After a gateway: its metric comes first. */
  | "afterGateway"
  /** After a gateway's metric: one more gateway may follow. */
  | "afterMetric";

interface Walk {
  readonly block: Block;
  readonly addresses: PrintedAddress[];
  readonly gateways: string[];
  readonly dnsServers: string[];
  /** Labels that stood before addresses in this block. */
  readonly addressLabels: Set<string>;
  pending: string | null;
  /** Whether a metric came: no address stands after it. */
  metricSeen: boolean;
  place: GatewayPlace;
}

type LineKind = "dns" | "wins" | "dhcp" | "plain";

function readBlock(block: Block): Reading {
  const walk: Walk = {
    block,
    addresses: [],
    gateways: [],
    dnsServers: [],
    addressLabels: new Set(),
    pending: null,
    metricSeen: false,
    place: "none",
  };
  const fields = believable(block);
  fields.forEach((field, index) => {
    takeField(walk, field, fields[index + 1]);
  });
  // Each adapter has a line for DHCP and one more at least.
  const cut = block.last && (walk.pending !== null || fields.length < 2);
  if (!block.last) {
    settlePending(walk);
  }
  const { addresses, gateways, dnsServers } = walk;
  const dhcpEnabled = dhcpOf(block.fields);
  return {
    adapter: { name: block.name, dhcpEnabled, addresses, gateways, dnsServers },
    cut,
  };
}

/** Leaves a value out that the end of the text may have cut in the middle of a number. */
function believable({ fields }: Block): readonly Field[] {
  return fields.map((field) => {
    const last = field.values.at(-1) ?? "";
    return field.open && mayGoOn(last) ? { ...field, values: field.values.slice(0, -1) } : field;
  });
}

function lineKind({ label }: Field): LineKind {
  const upper = label.toUpperCase();
  if (upper.includes("DNS")) {
    return "dns";
  }
  if (upper.includes("WINS")) {
    return "wins";
  }
  return upper.includes("DHCP") ? "dhcp" : "plain";
}

/** The first line about DHCP itself tells it; `DHCPv6` and the server's address are other lines. */
function dhcpOf(fields: readonly Field[]): boolean | null {
  const field = fields.find(
    (each) =>
      lineKind(each) === "dhcp" &&
      !/DHCP\s?V?6/iu.test(each.label) &&
      leadingQuad(each.values[0] ?? "") === null,
  );
  return field === undefined || field.open ? null : yesOrNo(field.values[0] ?? "");
}

function takeField(walk: Walk, field: Field, next: Field | undefined): void {
  const kind = lineKind(field);
  if (kind === "plain") {
    takePlain(walk, field, next);
    return;
  }
  if (kind === "dns") {
    walk.dnsServers.push(...leadingQuads(field));
  }
  settlePending(walk);
  walk.place = "none";
}

function takePlain(walk: Walk, field: Field, next: Field | undefined): void {
  const [value = ""] = field.values;
  const prefixLength = prefixLengthIn(value);
  if (walk.pending !== null && prefixLength !== null) {
    addAddress(walk, walk.pending, prefixLength);
    walk.pending = null;
    walk.place = "next";
  } else if (leadingQuad(value) !== null && !value.includes("/")) {
    takeAddress(walk, field, next);
  } else {
    takeOther(walk, field);
  }
}

/** An address of the adapter, or a gateway: a mask follows the one, and the other stands after a mask. */
function takeAddress(walk: Walk, field: Field, next: Field | undefined): void {
  const gatewayMayStandHere = walk.place === "next" || walk.place === "afterMetric";
  if (gatewayMayStandHere && !isAddressLine(walk, field, next)) {
    walk.gateways.push(...leadingQuads(field));
    walk.place = "afterGateway";
    return;
  }
  // A value that the end of the text cut may be the line with the mask: then the address before it waits on.
  if (!field.open || walk.pending === null) {
    settlePending(walk);
    walk.addressLabels.add(field.label);
    walk.pending = leadingQuad(field.values[0] ?? "");
    walk.place = "none";
  }
}

function isAddressLine(walk: Walk, field: Field, next: Field | undefined): boolean {
  const mask = next === undefined ? null : prefixLengthIn(next.values[0] ?? "");
  if (mask !== null && next !== undefined && lineKind(next) === "plain") {
    return true;
  }
  // At the end of the text what follows is not known yet, but an address has the label that addresses have.
  const atEnd = walk.block.last && (next === undefined || next.open);
  return atEnd && walk.addressLabels.has(field.label);
}

function takeOther(walk: Walk, field: Field): void {
  const [value = ""] = field.values;
  if (startsWithIpv6(value)) {
    if (walk.place === "next") {
      walk.gateways.push(...leadingQuads(field));
      walk.place = "none";
    }
    return;
  }
  const metric = /^\d+$/u.test(value);
  if (metric && walk.pending !== null && !walk.metricSeen && !field.open) {
    // Only a gateway has a metric, so this one was left behind without an address.
    walk.gateways.push(walk.pending);
    walk.pending = null;
    walk.metricSeen = true;
    walk.place = "afterMetric";
    return;
  }
  if (!field.open) {
    settlePending(walk);
  }
  walk.metricSeen ||= metric;
  walk.place = placeAfter(walk, value, metric);
}

function placeAfter({ place, block }: Walk, value: string, metric: boolean): GatewayPlace {
  if (place === "afterGateway" && metric) {
    return "afterMetric";
  }
  // `ipconfig` prints when a lease began and ends between the mask and the gateway.
  return place === "next" && block.section && value !== "" ? "next" : "none";
}

/** An address whose mask never came; where masks came for others, or after a metric, it is something else. */
function settlePending(walk: Walk): void {
  const { pending, block, addresses, metricSeen } = walk;
  if (pending !== null && !block.section && addresses.length === 0 && !metricSeen) {
    addAddress(walk, pending, null);
  }
  walk.pending = null;
}

function addAddress(walk: Walk, ip: string, prefixLength: number | null): void {
  // Windows XP prints 0.0.0.0 for an adapter without an address.
  if (ip !== "0.0.0.0") {
    walk.addresses.push({ ip, prefixLength });
  }
}

function leadingQuads({ values }: Field): readonly string[] {
  return values.flatMap((value) => leadingQuad(value) ?? []);
}
