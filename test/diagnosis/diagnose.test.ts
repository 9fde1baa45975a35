import { describe, expect, it } from "vitest";

import { diagnose } from "../../shared/diagnosis/diagnose.ts";
import type { DiagnosisKind } from "../../shared/domain/diagnosis.ts";
import type { GuestAdapter, NicFacts } from "../../shared/domain/facts.ts";
import {
  aGuestAdapter,
  aMismatchedAdapter,
  anIpConfiguration,
  aNic,
  aSecondAdapter,
  aSecondNic,
  aSubnet,
  azureFacts,
  guestRead,
  guestUnreadable,
} from "../builders.ts";

const LINK_LOCAL = { ip: "169.254.11.12", prefixLength: 16 };

function twoAddresses(overrides: Partial<NicFacts> = {}): NicFacts {
  return aNic({
    ipConfigurations: [
      anIpConfiguration({ name: "second", primary: false, address: "10.71.4.21" }),
      anIpConfiguration(),
    ],
    ...overrides,
  });
}

function withAddresses(...ips: readonly string[]): Partial<GuestAdapter> {
  return { addresses: ips.map((ip) => ({ ip, prefixLength: 24 })) };
}

function kindOf(nic: NicFacts, ...adapters: readonly GuestAdapter[]): DiagnosisKind | undefined {
  return diagnose(azureFacts({ nics: [nic] }), guestRead({ adapters }))[0]?.kind;
}

describe("an adapter with a static configuration", () => {
  it.each<[string, DiagnosisKind, NicFacts, Partial<GuestAdapter>]>([
    [
      "more addresses than Azure's only one",
      "extra-addresses",
      aNic(),
      withAddresses("10.71.4.20", "10.71.4.50"),
    ],
    [
      "more addresses than Azure's two",
      "extra-addresses",
      twoAddresses(),
      withAddresses("10.71.4.50", "10.71.4.21", "10.71.4.20"),
    ],
    [
      "both of Azure's addresses, in another order",
      "static-multi-address",
      twoAddresses(),
      withAddresses("10.71.4.21", "10.71.4.20"),
    ],
    [
      "only the primary one of Azure's two",
      "static-multi-mismatch",
      twoAddresses(),
      withAddresses("10.71.4.20"),
    ],
    [
      "only the secondary one of Azure's two",
      "static-multi-mismatch",
      twoAddresses(),
      withAddresses("10.71.4.21"),
    ],
    ["none of Azure's two", "static-multi-mismatch", twoAddresses(), withAddresses("10.71.4.77")],
    ["no address where Azure has two", "static-multi-mismatch", twoAddresses(), withAddresses()],
    ["Azure's only address", "static-matching", aNic(), withAddresses("10.71.4.20")],
    [
      "Azure's address beside one of 169.254/16",
      "static-matching",
      aNic(),
      { addresses: [LINK_LOCAL, { ip: "10.71.4.20", prefixLength: 24 }] },
    ],
    [
      "Azure's address with another prefix length",
      "static-wrong-route",
      aNic(),
      { addresses: [{ ip: "10.71.4.20", prefixLength: 16 }] },
    ],
    [
      "Azure's address without a gateway",
      "static-wrong-route",
      aNic(),
      { ...withAddresses("10.71.4.20"), gateways: [] },
    ],
    [
      "Azure's address with another gateway",
      "static-wrong-route",
      aNic(),
      { ...withAddresses("10.71.4.20"), gateways: ["10.71.4.254"] },
    ],
    ["another address than Azure's", "static-mismatch", aNic(), withAddresses("10.71.4.77")],
    ["no address at all", "static-mismatch", aNic(), withAddresses()],
    ["only an address of 169.254/16", "static-mismatch", aNic(), { addresses: [LINK_LOCAL] }],
  ])("%s is %s", (_words, expected, nic, overrides) => {
    expect(kindOf(nic, aGuestAdapter({ dhcp: false, ...overrides }))).toBe(expected);
  });
});

describe("an adapter that uses DHCP", () => {
  it.each<[string, DiagnosisKind, NicFacts, Partial<GuestAdapter>]>([
    ["Azure's address", "healthy", aNic(), {}],
    ["Azure's address and one more", "healthy", aNic(), withAddresses("10.71.4.50", "10.71.4.20")],
    ["the primary one of Azure's two", "healthy", twoAddresses(), withAddresses("10.71.4.20")],
    ["another address", "lease-stale", aNic(), withAddresses("10.71.4.77")],
    [
      "only the secondary one of Azure's two",
      "lease-stale",
      twoAddresses(),
      withAddresses("10.71.4.21"),
    ],
    ["no address", "dhcp-failed", aNic(), withAddresses()],
    ["only an address of 169.254/16", "dhcp-failed", aNic(), { addresses: [LINK_LOCAL] }],
  ])("with %s is %s", (_words, expected, nic, overrides) => {
    expect(kindOf(nic, aGuestAdapter(overrides))).toBe(expected);
  });
});

describe("an adapter that cannot be compared", () => {
  it.each<[string, DiagnosisKind, NicFacts, readonly GuestAdapter[]]>([
    ["is disabled", "adapter-disabled", aNic(), [aGuestAdapter({ enabled: false })]],
    [
      "is disabled and does not tell of DHCP",
      "adapter-disabled",
      aNic(),
      [aGuestAdapter({ enabled: false, dhcp: null })],
    ],
    ["is not there", "adapter-missing", aNic(), [aSecondAdapter()]],
    ["is there under an unreadable MAC", "adapter-missing", aNic(), [aGuestAdapter({ mac: "?" })]],
    ["does not tell of DHCP", "guest-unreadable", aNic(), [aGuestAdapter({ dhcp: null })]],
    ["shares its MAC with another", "guest-unreadable", aNic(), [aGuestAdapter(), aGuestAdapter()]],
    ["belongs to a NIC without MAC", "guest-unreadable", aNic({ mac: null }), [aGuestAdapter()]],
    [
      "belongs to a NIC without address",
      "guest-unreadable",
      aNic({ ipConfigurations: [anIpConfiguration({ address: null })] }),
      [aGuestAdapter()],
    ],
    [
      "belongs to a NIC whose primary address is not assigned",
      "guest-unreadable",
      twoAddresses({
        ipConfigurations: [
          anIpConfiguration({ address: null }),
          anIpConfiguration({ primary: false, address: "10.71.4.21" }),
        ],
      }),
      [aGuestAdapter()],
    ],
    [
      "belongs to a NIC without IPv4",
      "guest-unreadable",
      aNic({ ipConfigurations: [] }),
      [aGuestAdapter()],
    ],
  ])("%s: %s", (_words, expected, nic, adapters) => {
    expect(kindOf(nic, ...adapters)).toBe(expected);
  });

  it("is unreadable for every NIC when Windows could not be read", () => {
    const azure = azureFacts({ nics: [aNic(), aSecondNic()] });

    const diagnoses = diagnose(azure, guestUnreadable("timeout", "No answer in 120 s."));

    expect(diagnoses.map(({ kind }) => kind)).toEqual(["guest-unreadable", "guest-unreadable"]);
    expect(diagnoses[0]?.message).toBe("Windows could not be read: No answer in 120 s.");
  });
});

describe("the route", () => {
  const rightAddress = aGuestAdapter({ dhcp: false, gateways: ["10.71.4.254"] });

  it("cannot be judged wrong while the subnet is unknown", () => {
    expect(kindOf(aNic({ subnet: null }), rightAddress)).toBe("static-matching");
  });

  it("cannot be judged wrong when no prefix of the subnet holds the address", () => {
    const nic = aNic({ subnet: aSubnet({ prefixes: ["10.9.0.0/16"] }) });

    expect(kindOf(nic, rightAddress)).toBe("static-matching");
  });

  it("is judged by the prefix which holds the address", () => {
    const nic = aNic({ subnet: aSubnet({ prefixes: ["10.9.0.0/16", "10.71.0.0/21"] }) });

    expect(
      kindOf(
        nic,
        aGuestAdapter({
          dhcp: false,
          addresses: [{ ip: "10.71.4.20", prefixLength: 21 }],
          gateways: ["10.71.0.1"],
        }),
      ),
    ).toBe("static-matching");
  });

  it("needs no gateway on a secondary NIC", () => {
    expect(kindOf(aSecondNic(), aSecondAdapter({ dhcp: false, gateways: [] }))).toBe(
      "static-matching",
    );
  });

  it("is right when the expected gateway is one of several", () => {
    const adapter = aGuestAdapter({ dhcp: false, gateways: ["10.71.4.254", "10.71.4.1"] });

    expect(kindOf(aNic(), adapter)).toBe("static-matching");
  });
});

describe("matching and order", () => {
  it("ignores IPv6 configurations of the NIC", () => {
    const nic = aNic({
      ipConfigurations: [
        anIpConfiguration({ name: "v6", version: "IPv6", address: "fd00:71::20" }),
        anIpConfiguration(),
      ],
    });

    expect(kindOf(nic, aMismatchedAdapter())).toBe("static-mismatch");
  });

  it("matches adapters by MAC in any spelling, not by order", () => {
    const azure = azureFacts({ nics: [aNic({ mac: "000d3a710420" }), aSecondNic()] });

    const diagnoses = diagnose(
      azure,
      guestRead({
        adapters: [aSecondAdapter(), aMismatchedAdapter({ mac: "00:0d:3a:71:04:20" })],
      }),
    );

    expect(diagnoses.map(({ kind, adapterName }) => [kind, adapterName])).toEqual([
      ["static-mismatch", "Ethernet"],
      ["healthy", "Ethernet 2"],
    ]);
  });

  it("gives the primary NIC's verdict first", () => {
    const azure = azureFacts({ nics: [aSecondNic(), aNic()] });

    const diagnoses = diagnose(azure, guestRead({ adapters: [] }));

    expect(diagnoses.map(({ primaryNic }) => primaryNic)).toEqual([true, false]);
  });

  it("tells both sides' addresses, Azure's primary one first and the guest's without 169.254/16", () => {
    const adapter = aGuestAdapter({
      dhcp: false,
      addresses: [LINK_LOCAL, { ip: "10.71.4.77", prefixLength: 24 }],
    });

    const [diagnosis] = diagnose(
      azureFacts({ nics: [twoAddresses()] }),
      guestRead({ adapters: [adapter] }),
    );

    expect(diagnosis).toMatchObject({
      azureAddresses: ["10.71.4.20", "10.71.4.21"],
      guestAddresses: ["10.71.4.77"],
    });
  });

  it("shows an adapter's name without characters that could steer a terminal", () => {
    const adapter = aMismatchedAdapter({ name: "Eth\u001B[2Jernet\u202E" });

    const [diagnosis] = diagnose(azureFacts(), guestRead({ adapters: [adapter] }));

    expect(diagnosis?.message).toContain('"Eth?[2Jernet?"');
  });

  it("says which side could not be compared", () => {
    const withoutMac = diagnose(azureFacts({ nics: [aNic({ mac: null })] }), guestRead());
    const withoutDhcp = diagnose(
      azureFacts(),
      guestRead({ adapters: [aGuestAdapter({ dhcp: null })] }),
    );

    expect(withoutMac[0]?.message).toContain("names no MAC address for NIC nic-crane-01");
    expect(withoutDhcp[0]?.message).toContain("say too little of NIC nic-crane-01");
  });
});
