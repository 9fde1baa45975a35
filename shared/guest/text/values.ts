import ipaddr from "ipaddr.js";

import { isIpv4 } from "../../domain/addresses.ts";

const QUAD = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)/gu;

/** The dotted quads in a text, in its order. */
function quadsIn(text: string): readonly string[] {
  return [...text.matchAll(QUAD)].map(([quad]) => quad).filter((quad) => isIpv4(quad));
}

/** The dotted quad that a value begins with; null if it begins with anything else. */
export function leadingQuad(value: string): string | null {
  const [first] = quadsIn(value);
  return first !== undefined && value.startsWith(first) ? first : null;
}

/** Whether a value begins with an IPv6 address. */
export function startsWithIpv6(value: string): boolean {
  return /^(?:[0-9a-f]{0,4}:){2,}/iu.test(value);
}

/**
 * The prefix length that a value tells: a mask, a mask in parentheses after a prefix, or a prefix in CIDR notation;
 * null if it is none of these. A mask is known by its bits, so ask only of a value that stands after an address.
 */
export function prefixLengthIn(value: string): number | null {
  const quads = quadsIn(value);
  const [first, second] = quads;
  if (first === undefined || !value.startsWith(first)) {
    return null;
  }
  const cidr = /^[\d.]+\/(?<length>\d{1,2})(?!\d)/u.exec(value)?.groups?.["length"];
  if (cidr !== undefined && Number(cidr) <= 32) {
    return maskLength(second) ?? Number(cidr);
  }
  return second === undefined ? maskLength(first) : maskLength(second);
}

/** Whether more digits could still make a longer number of the text's end: a text cut there must not be believed. */
export function mayGoOn(text: string): boolean {
  const [last] = /[\d./]+$/u.exec(text) ?? [];
  if (last === undefined) {
    return false;
  }
  const quad = leadingQuad(last);
  if (quad === null) {
    return true;
  }
  const number = /\d+$/u.exec(last)?.[0] ?? "";
  const whole =
    last === quad
      ? number.length === 3 || number === "0" || Number(number) > 25
      : number.length === 2;
  return !whole;
}

function maskLength(quad: string | undefined): number | null {
  return quad === undefined ? null : ipaddr.IPv4.parse(quad).prefixLengthFromSubnetMask();
}
