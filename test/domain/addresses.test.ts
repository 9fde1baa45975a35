import { test } from "@fast-check/vitest";
import { constantFrom, integer, ipV4, string, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";

import {
  azureGateway,
  isIpv4,
  isLinkLocal,
  maskOf,
  normalizeMac,
  prefixHolding,
  prefixLengthOf,
} from "../../shared/domain/addresses.ts";

describe("a MAC address", () => {
  it.each([
    ["00-0D-3A-71-04-2F", "00-0D-3A-71-04-2F"],
    ["00:0d:3a:71:04:2f", "00-0D-3A-71-04-2F"],
    ["000d3a71042f", "00-0D-3A-71-04-2F"],
    ["000d.3a71.042f", "00-0D-3A-71-04-2F"],
    [" 000D3A71042F ", "00-0D-3A-71-04-2F"],
    ["", null],
    ["00-0D-3A-71-04", null],
    ["00-0D-3A-71-04-2F-00", null],
    ["00-0D-3A-71-04-2G", null],
    ["none", null],
  ])("%o is read as %o", (text, expected) => {
    expect(normalizeMac(text)).toBe(expected);
  });

  const bytes = uint8Array({ minLength: 6, maxLength: 6 });

  test.prop([bytes, constantFrom("-", ":", ""), constantFrom(true, false)])(
    "is the same in every spelling",
    (octets, separator, upper) => {
      const pairs = [...octets].map((octet) => octet.toString(16).padStart(2, "0"));
      const text = pairs.join(separator);

      expect(normalizeMac(upper ? text.toUpperCase() : text)).toBe(pairs.join("-").toUpperCase());
    },
  );

  test.prop([string()])("keeps its spelling once it is normal", (text) => {
    const normal = normalizeMac(text);

    expect(normal === null || normalizeMac(normal) === normal).toBe(true);
  });
});

describe("an IPv4 address", () => {
  it.each([
    ["10.71.4.20", true],
    ["0.0.0.0", true],
    ["255.255.255.255", true],
    ["256.0.0.1", false],
    ["10.71.4", false],
    ["10.71.4.20/24", false],
    ["010.71.4.20", false],
    ["0x0a.71.4.20", false],
    ["fd00:71::20", false],
    ["::ffff:10.71.4.20", false],
    ["", false],
    [" 10.71.4.20", false],
  ])("%o: %s", (text, expected) => {
    expect(isIpv4(text)).toBe(expected);
  });

  it.each([
    ["169.254.0.0", true],
    ["169.254.255.255", true],
    ["169.253.255.255", false],
    ["169.255.0.0", false],
    ["fe80::1", false],
    ["nonsense", false],
  ])("%o is link-local: %s", (ip, expected) => {
    expect(isLinkLocal(ip)).toBe(expected);
  });

  test.prop([ipV4()])("is link-local exactly in 169.254/16", (ip) => {
    expect(isIpv4(ip)).toBe(true);
    expect(isLinkLocal(ip)).toBe(ip.startsWith("169.254."));
  });
});

describe("a subnet prefix", () => {
  it.each<[string, readonly string[], string | null]>([
    ["10.71.4.20", ["10.71.4.0/24"], "10.71.4.0/24"],
    ["10.71.4.20", ["10.9.0.0/16", "10.71.0.0/21"], "10.71.0.0/21"],
    ["10.71.4.20", ["10.71.4.0/28"], null],
    ["10.71.4.20", [], null],
  ])("holding %s of %j is %o", (ip, prefixes, expected) => {
    expect(prefixHolding(ip, prefixes)).toBe(expected);
  });

  it.each([
    ["10.71.4.0/24", 24, "255.255.255.0", "10.71.4.1"],
    ["10.71.0.0/21", 21, "255.255.248.0", "10.71.0.1"],
    ["10.71.4.16/28", 28, "255.255.255.240", "10.71.4.17"],
    ["10.0.0.0/8", 8, "255.0.0.0", "10.0.0.1"],
    ["10.71.4.248/29", 29, "255.255.255.248", "10.71.4.249"],
    ["10.71.4.99/24", 24, "255.255.255.0", "10.71.4.1"],
  ])("%s has length %i, mask %s and gateway %s", (prefix, length, mask, gateway) => {
    expect(prefixLengthOf(prefix)).toBe(length);
    expect(maskOf(length)).toBe(mask);
    expect(azureGateway(prefix)).toBe(gateway);
  });

  // Azure's subnets are never smaller than /29 (virtual-networks-faq).
  test.prop([ipV4(), integer({ min: 1, max: 29 })])(
    "holds each of its addresses and its own gateway",
    (ip, length) => {
      const prefix = `${ip}/${length}`;

      expect(prefixHolding(ip, [prefix])).toBe(prefix);
      expect(prefixHolding(azureGateway(prefix), [prefix])).toBe(prefix);
    },
  );
});
