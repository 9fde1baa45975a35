import { describe, expect, it } from "vitest";

import type { PrintedAdapter } from "../../../shared/guest/text/adapters.ts";
import {
  findAdapter,
  type AdapterChoice,
} from "../../../shared/remedies/serial-console/find-adapter.ts";
import { aNic, aSecondNic } from "../../builders.ts";

const LOOPBACK = anAdapter("Loopback Pseudo-Interface 1", false, "127.0.0.1");
const NIC = aNic();
const SECOND = aSecondNic();
const AZURE = NIC.ipConfigurations[0]?.address ?? "";
const OTHER = SECOND.ipConfigurations[0]?.address ?? "";

function anAdapter(
  name: string,
  dhcpEnabled: boolean | null,
  ...addresses: readonly string[]
): PrintedAdapter {
  return {
    name,
    dhcpEnabled,
    addresses: addresses.map((ip) => ({ ip, prefixLength: 24 })),
    gateways: [],
    dnsServers: [],
  };
}

function found(
  adapters: readonly PrintedAdapter[],
  { wrongAddresses = [], cut = false }: { wrongAddresses?: readonly string[]; cut?: boolean } = {},
): AdapterChoice {
  const printed = { adapters: [...adapters, LOOPBACK], cut };
  return findAdapter({ printed, nics: [NIC, SECOND], nic: NIC, wrongAddresses });
}

describe("the adapter that is to use DHCP", () => {
  it.each([
    ["has Azure's address, static", [anAdapter("A", false, AZURE)], {}, "static"],
    ["has Azure's address by DHCP", [anAdapter("A", true, AZURE)], {}, "on"],
    [
      "has the only static address outside Azure's",
      [anAdapter("B", true, "10.9.9.9"), anAdapter("A", false, "10.6.1.99")],
      {},
      "static",
    ],
    [
      "has the wrong address that was seen before",
      [anAdapter("B", false, "10.9.9.9"), anAdapter("A", false, "10.6.1.99")],
      { wrongAddresses: ["10.6.1.99"] },
      "static",
    ],
  ])("is the one that %s", (_which, adapters, more, kind) => {
    expect(found(adapters, more)).toMatchObject({ kind, adapter: { name: "A" } });
  });

  it.each([
    [
      "two static ones are outside Azure's",
      [anAdapter("A", false, "10.6.1.99"), anAdapter("B", false, "10.9.9.9")],
      {},
      "several-adapters",
    ],
    ["none is static", [anAdapter("A", true, "10.6.1.99")], {}, "several-adapters"],
    [
      "the static one has another NIC's address",
      [anAdapter("A", false, OTHER)],
      {},
      "several-adapters",
    ],
    [
      "two have Azure's address",
      [anAdapter("A", false, AZURE), anAdapter("B", true, AZURE)],
      {},
      "several-adapters",
    ],
    [
      "it has several addresses",
      [anAdapter("A", false, AZURE, "10.6.1.99")],
      {},
      "extra-addresses",
    ],
    ["the text is cut", [anAdapter("A", false, AZURE)], { cut: true }, "console-text-unreadable"],
    [
      "the text does not say whether DHCP is on",
      [anAdapter("A", null, AZURE)],
      {},
      "console-text-unreadable",
    ],
    ["the text names none", [], {}, "console-text-unreadable"],
  ])("is not told where %s", (_why, adapters, more, code) => {
    expect(found(adapters, more)).toMatchObject({ kind: "unclear", code });
  });
});
