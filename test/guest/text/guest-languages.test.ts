import { test } from "@fast-check/vitest";
import * as fc from "fast-check";
import { describe, expect } from "vitest";

import { adapterNameFor, GUEST_LOCALES } from "../../../local/simulator/guest/locales.ts";
import type { GuestAdapterState, GuestState } from "../../../local/simulator/guest/state.ts";
import { ipconfigText, netshText } from "../../../local/simulator/guest/text.ts";
import { gatewaysInForce } from "../../../local/simulator/guest/windows.ts";
import { readAdapters, type PrintedAdapter } from "../../../shared/guest/text/adapters.ts";
import { guestCase } from "../guest-arbitraries.ts";

/** Letters and marks that Windows takes in the name of a connection; it takes none of `\ / : * ? " < > |`. */
const LETTERS = Array.from("abzEÄß éçñŁжЯ以太网ーイ서ا0127 .,;-_+~#'&%$!=^`´()[]{}@«»„“”‹›「」");

const name = fc.oneof(
  fc
    .tuple(fc.constantFrom(...GUEST_LOCALES), fc.integer({ min: 1, max: 12 }))
    .map(([locale, number]) => adapterNameFor(locale, number)),
  fc
    .string({ unit: fc.constantFrom(...LETTERS), minLength: 1, maxLength: 24 })
    .map((text) => text.trim())
    .filter((text) => text !== ""),
);

/** A Windows in any state, whose adapters have names that no two of them share. */
const guest: fc.Arbitrary<GuestState> = fc
  .tuple(guestCase, fc.uniqueArray(name, { minLength: 5, maxLength: 5 }))
  .map(([{ state }, names]) => renamed(state, names));

function renamed(state: GuestState, names: readonly string[]): GuestState {
  const adapters = state.adapters.map((adapter, index) =>
    Object.assign({}, adapter, { name: names[index] }),
  );
  return { ...state, adapters };
}

const LOOPBACK: PrintedAdapter = {
  name: "Loopback Pseudo-Interface 1",
  dhcpEnabled: false,
  addresses: [{ ip: "127.0.0.1", prefixLength: 8 }],
  gateways: [],
  dnsServers: [],
};

describe.each(GUEST_LOCALES)("what a simulated Windows in %s prints", (locale) => {
  test.prop([guest])("of netsh is read back as it is", (state) => {
    const { adapters } = readAdapters(netshText({ ...state, locale }));

    expect(adapters).toEqual([...printedOf(state), LOOPBACK]);
  });

  test.prop([guest])("of ipconfig is read back as it is", (state) => {
    const { adapters } = readAdapters(ipconfigText({ ...state, locale }));

    expect(adapters).toEqual(printedOf(state).map(withoutLoneGateway));
  });
});

/** Where an adapter has no address, nothing but the label tells that an address of `ipconfig` is a gateway. */
function withoutLoneGateway(adapter: PrintedAdapter): PrintedAdapter {
  return adapter.addresses.length === 0 ? { ...adapter, gateways: [] } : adapter;
}

function printedOf(state: GuestState): readonly PrintedAdapter[] {
  return state.adapters
    .filter(({ enabled, service }) => enabled && !service.startsWith("mlx"))
    .map((adapter) => ({
      name: adapter.name,
      dhcpEnabled: adapter.dhcp,
      addresses: adapter.addresses,
      gateways: gatewaysInForce(state, adapter),
      dnsServers: dnsServersOf(adapter),
    }));
}

function dnsServersOf({ dhcp, staticDnsServers, leasedDnsServers }: GuestAdapterState) {
  return dhcp && staticDnsServers.length === 0 ? (leasedDnsServers ?? []) : staticDnsServers;
}
