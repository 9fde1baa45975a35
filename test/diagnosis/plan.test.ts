import { describe, expect, it } from "vitest";

import { diagnose } from "../../shared/diagnosis/diagnose.ts";
import { planFor, type PlanInput } from "../../shared/diagnosis/plan.ts";
import type { DiagnosisKind, Plan, RemedyKind } from "../../shared/domain/diagnosis.ts";
import type {
  AzureFacts,
  GuestAdapter,
  GuestFacts,
  GuestReading,
} from "../../shared/domain/facts.ts";
import {
  aDeniedProbe,
  aGuestAdapter,
  aMismatchedAdapter,
  anAnsweringProbe,
  anIpConfiguration,
  aNic,
  anUnknownProbe,
  aSecondAdapter,
  aSecondNic,
  aSilentProbe,
  aVm,
  azureFacts,
  guestFacts,
  guestRead,
  guestUnreadable,
  NIC_ID,
  SECOND_NIC_ID,
} from "../builders.ts";
import { EVERY_REMEDY } from "./arbitraries.ts";

const STATIC_MATCHING = aGuestAdapter({ dhcp: false });
const STALE = aGuestAdapter({ addresses: [{ ip: "10.71.4.77", prefixLength: 24 }] });
const FAILED = aGuestAdapter({ addresses: [] });
const DISABLED_SERVICE: Partial<GuestFacts> = {
  dhcpService: { state: "stopped", startMode: "disabled" },
};
const TWO_ADDRESSES = aNic({
  ipConfigurations: [
    anIpConfiguration(),
    anIpConfiguration({ name: "second", primary: false, address: "10.71.4.21" }),
  ],
});

/** Plans for a silent VM with the demo's fault, unless told otherwise. */
function plan(overrides: Partial<PlanInput> = {}): Plan {
  const azure = overrides.azure ?? azureFacts();
  const guest = overrides.guest ?? guestRead({ adapters: [aMismatchedAdapter()] });
  return planFor({
    azure,
    guest,
    probe: aSilentProbe(),
    diagnoses: diagnose(azure, guest),
    incidentId: "incident-0001",
    operator: false,
    runMode: "heal",
    mode: "heal",
    scope: [],
    available: ["guestDhcp"],
    setByUs: [],
    resets: { unread: false, pooled: false },
    ...overrides,
  });
}

function guestWith(adapter: GuestAdapter, facts: Partial<GuestFacts> = {}): GuestReading {
  return {
    kind: "read",
    facts: guestFacts({ adapters: [adapter], ...facts }),
    netshText: "Configuration for interface",
  };
}

function remediesOf(decided: Plan): readonly RemedyKind[] {
  return decided.kind === "remedies" || decided.kind === "refuse"
    ? decided.remedies.map(({ kind }) => kind)
    : [];
}

function codeOf(decided: Plan): string {
  return decided.kind === "remedies" ? "remedies" : `${decided.kind} ${decided.code}`;
}

describe("the remedies for one NIC", () => {
  it.each<[DiagnosisKind, GuestReading, readonly RemedyKind[]]>([
    [
      "static-mismatch",
      guestWith(aMismatchedAdapter()),
      ["guestDhcp", "serialConsole", "nicReset"],
    ],
    [
      "static-wrong-route",
      guestWith(aGuestAdapter({ dhcp: false, gateways: [] })),
      ["guestDhcp", "serialConsole", "nicReset"],
    ],
    ["lease-stale", guestWith(STALE), ["renewLease", "nicReset"]],
    ["dhcp-failed", guestWith(FAILED), ["renewLease", "nicReset"]],
    ["adapter-disabled", guestWith(aGuestAdapter({ enabled: false })), ["enableAdapter"]],
    ["adapter-missing", guestRead({ adapters: [] }), ["nicReset"]],
  ])("%s are tried in the design's order", (kind, guest, expected) => {
    const decided = plan({ guest, available: EVERY_REMEDY });

    expect(decided).toMatchObject({ kind: "remedies", diagnosis: { kind }, remarks: [] });
    expect(remediesOf(decided)).toEqual(expected);
  });

  it("set Azure's own addresses again where a NIC has several", () => {
    const decided = plan({
      azure: azureFacts({ nics: [TWO_ADDRESSES] }),
      available: EVERY_REMEDY,
    });

    expect(decided).toMatchObject({
      kind: "remedies",
      diagnosis: { kind: "static-multi-mismatch" },
      remedies: [{ kind: "setAddresses", nicId: NIC_ID }],
    });
    expect(decided.message).toContain("Plan: set Azure's own addresses inside Windows.");
  });

  it("are only those which are available", () => {
    expect(plan()).toMatchObject({
      kind: "remedies",
      remedies: [{ kind: "guestDhcp", nicId: NIC_ID }],
    });
    expect(remediesOf(plan({ available: ["nicReset"] }))).toEqual(["nicReset"]);
  });

  it("are told in words", () => {
    const decided = plan({ available: EVERY_REMEDY });

    expect(decided.message).toContain(
      "Plan: switch the adapter to DHCP inside Windows, else set Azure's address over the serial console, else reset the NIC (restarts the VM).",
    );
  });

  it.each<[string, GuestReading, readonly RemedyKind[]]>([
    [
      "a disabled DHCP service is repaired first and never followed by a NIC reset",
      guestWith(FAILED, DISABLED_SERVICE),
      ["repairDhcpService"],
    ],
    [
      "a service that is disabled and still runs is repaired, and then asks for a lease",
      guestWith(FAILED, { dhcpService: { state: "running", startMode: "disabled" } }),
      ["repairDhcpService", "renewLease"],
    ],
    [
      "a service that is only stopped may come back with a restart",
      guestWith(FAILED, { dhcpService: { state: "stopped", startMode: "automatic" } }),
      ["repairDhcpService", "nicReset"],
    ],
    [
      "without its service no lease is asked for",
      guestWith(STALE, { dhcpService: { state: "missing", startMode: "other" } }),
      ["nicReset"],
    ],
    [
      "a NIC whose new adapter could get no lease is not reset",
      guestWith(aMismatchedAdapter(), DISABLED_SERVICE),
      ["guestDhcp", "serialConsole"],
    ],
    [
      "a VM of unknown role is not restarted",
      guestWith(aMismatchedAdapter(), { roles: null }),
      ["guestDhcp", "serialConsole"],
    ],
    [
      "an adapter without a NIC does not keep a static address from being reset",
      guestRead({ adapters: [aMismatchedAdapter(), aSecondAdapter()] }),
      ["guestDhcp", "serialConsole", "nicReset"],
    ],
  ])("%s", (_words, guest, expected) => {
    expect(remediesOf(plan({ guest, available: EVERY_REMEDY }))).toEqual(expected);
  });

  it("are applied whatever the probe saw, since the guest itself shows the fault", () => {
    for (const probe of [anAnsweringProbe(), anUnknownProbe(), anUnknownProbe("nsg")]) {
      expect(remediesOf(plan({ probe }))).toEqual(["guestDhcp"]);
    }
  });
});

describe("a person is called", () => {
  it.each<[string, string, Partial<PlanInput>]>([
    [
      "for addresses that Azure does not know",
      "extra-addresses",
      {
        guest: guestWith(
          aGuestAdapter({
            dhcp: false,
            addresses: [
              { ip: "10.71.4.20", prefixLength: 24 },
              { ip: "10.71.4.50", prefixLength: 24 },
            ],
          }),
        ),
      },
    ],
    [
      "for a wrong address on a NIC with several configurations of an unknown subnet",
      "static-multi-mismatch",
      { azure: azureFacts({ nics: [{ ...TWO_ADDRESSES, subnet: null }] }) },
    ],
    [
      "for a wrong address on a NIC with several configurations, one of them without an address",
      "static-multi-mismatch",
      {
        azure: azureFacts({
          nics: [
            aNic({
              ipConfigurations: [
                anIpConfiguration(),
                anIpConfiguration({ primary: false, address: null }),
              ],
            }),
          ],
        }),
      },
    ],
    [
      "for a stale lease on a NIC with several configurations",
      "lease-stale",
      { azure: azureFacts({ nics: [TWO_ADDRESSES] }), guest: guestWith(STALE) },
    ],
    [
      "for a disabled adapter of a NIC with several configurations",
      "adapter-disabled",
      {
        azure: azureFacts({ nics: [TWO_ADDRESSES] }),
        guest: guestWith(aGuestAdapter({ enabled: false })),
      },
    ],
    ["when Windows could not be read", "guest-unreadable", { guest: guestUnreadable() }],
    [
      "when an adapter without a NIC may be the missing one",
      "adapter-missing",
      { guest: guestRead({ adapters: [aSecondAdapter()] }) },
    ],
  ])("%s", (_words, code, overrides) => {
    expect(codeOf(plan({ available: EVERY_REMEDY, ...overrides }))).toBe(`human ${code}`);
  });

  it("but only to let Windows be read where the operator had it left out", () => {
    const decided = plan({ guest: guestUnreadable("not-read") });

    expect(codeOf(decided)).toBe("human guest-unreadable");
    expect(decided).toMatchObject({ nextStep: expect.stringMatching(/^Ask again/u) as unknown });
  });

  it("but not where RDP answers and only Windows could not be read", () => {
    const decided = plan({ guest: guestUnreadable(), probe: anAnsweringProbe() });

    expect(codeOf(decided)).toBe("nothing guest-unreadable");
  });

  it.each<[string, GuestReading]>([
    ["lease-stale", guestWith(STALE)],
    ["dhcp-failed", guestWith(FAILED)],
    ["adapter-disabled", guestWith(aGuestAdapter({ enabled: false }))],
    ["adapter-missing", guestRead({ adapters: [] })],
  ])("when no remedy for %s is available", (code, guest) => {
    expect(codeOf(plan({ guest }))).toBe(`human ${code}`);
  });

  it("with the manual steps for that verdict", () => {
    const decided = plan({ available: [] });

    expect(decided).toMatchObject({ kind: "human", code: "static-mismatch" });
    expect(decided.kind === "human" ? decided.nextStep : "").toContain(
      'netsh interface ip set address name="Ethernet" source=dhcp',
    );
  });

  it("about a NIC that Azure no longer shows", () => {
    const [diagnosis] = diagnose(azureFacts(), guestWith(aMismatchedAdapter()));

    const decided = plan({
      azure: azureFacts({ nics: [aSecondNic()] }),
      diagnoses: diagnosis === undefined ? [] : [diagnosis],
    });

    expect(codeOf(decided)).toBe("human static-mismatch");
  });
});

describe("a guest whose addresses are right", () => {
  const guests: [DiagnosisKind, AzureFacts, GuestReading][] = [
    ["healthy", azureFacts(), guestRead()],
    ["static-matching", azureFacts(), guestWith(STATIC_MATCHING)],
    [
      "static-multi-address",
      azureFacts({ nics: [TWO_ADDRESSES] }),
      guestWith(
        aGuestAdapter({
          dhcp: false,
          addresses: [
            { ip: "10.71.4.20", prefixLength: 24 },
            { ip: "10.71.4.21", prefixLength: 24 },
          ],
        }),
      ),
    ],
  ];

  it.each(guests)("is left alone when the probe answers: %s", (kind, azure, guest) => {
    const decided = plan({ azure, guest, probe: anAnsweringProbe(), available: EVERY_REMEDY });

    expect(codeOf(decided)).toBe(`nothing ${kind}`);
    expect(decided.kind === "nothing" ? decided.remarks[0] : "").toBe(
      "RDP answered at 10.71.4.20 (RDP negotiation confirmed).",
    );
  });

  it.each(guests)("is left alone when the probe proves nothing: %s", (kind, azure, guest) => {
    const decided = plan({ azure, guest, probe: anUnknownProbe() });

    expect(codeOf(decided)).toBe(`nothing ${kind}`);
    expect(decided.kind === "nothing" ? decided.remarks[0] : "").toBe(
      "RDP was not proven from here (no-route: nothing to go by).",
    );
  });

  it.each(guests)("is handed to a person when RDP is silent: %s", (_kind, azure, guest) => {
    const decided = plan({ azure, guest, available: EVERY_REMEDY });

    expect(codeOf(decided)).toBe("human rdp-silent-address-right");
    expect(decided.kind === "human" ? decided.nextStep : "").toContain("sc query TermService");
  });

  it.each(guests)(
    "is refused when a network security group explains the silence: %s",
    (_kind, azure, guest) => {
      const decided = plan({ azure, guest, probe: anUnknownProbe("nsg") });

      expect(codeOf(decided)).toBe("refuse nsg");
      expect(remediesOf(decided)).toEqual([]);
    },
  );

  it("has its static address remarked upon", () => {
    const decided = plan({ guest: guestWith(STATIC_MATCHING), probe: anAnsweringProbe() });

    expect(decided.kind === "nothing" ? decided.remarks : []).toEqual([
      expect.any(String),
      expect.stringContaining("let Windows use DHCP"),
    ]);
  });

  it("is switched to DHCP when this incident itself made the address static", () => {
    const guest = guestWith(STATIC_MATCHING);
    const setByUs = [NIC_ID.toUpperCase()];

    expect(remediesOf(plan({ guest, setByUs }))).toEqual(["guestDhcp"]);
    expect(codeOf(plan({ guest, setByUs, available: [] }))).toBe("human rdp-silent-address-right");
    expect(remediesOf(plan({ guest, setByUs: [SECOND_NIC_ID] }))).toEqual([]);
  });

  it("is not held back by mode or dry run, since nothing would be done", () => {
    const overrides = { guest: guestRead(), probe: anAnsweringProbe() };

    expect(codeOf(plan({ ...overrides, mode: "observe" }))).toBe("nothing healthy");
    expect(codeOf(plan({ ...overrides, runMode: "dryRun" }))).toBe("nothing healthy");
  });

  it("is left alone on a domain controller and beside another run's task, which is remarked upon", () => {
    const guest = guestRead({ roles: ["domainController"], deadManTasks: ["incident-0999"] });

    const decided = plan({ guest, probe: anAnsweringProbe() });

    expect(codeOf(decided)).toBe("nothing healthy");
    expect(decided.kind === "nothing" ? decided.remarks : []).toContainEqual(
      expect.stringContaining("incident incident-0999"),
    );
  });
});

describe("a security rule that surely denies the probe", () => {
  it("is refused where Windows cannot be read", () => {
    const decided = plan({ guest: guestUnreadable(), probe: aDeniedProbe() });

    expect(codeOf(decided)).toBe("refuse nsg");
    expect(decided.message).toContain("which explains the silence");
  });

  it("keeps nothing from a wrong address that Windows shows", () => {
    expect(remediesOf(plan({ probe: aDeniedProbe() }))).toEqual(["guestDhcp"]);
  });

  it.each([
    ["nobody can tell whether a rule denies it", guestUnreadable(), anUnknownProbe("nsg")],
    ["Windows was left unread on purpose", guestUnreadable("not-read"), aDeniedProbe()],
    ["Windows shows what only a person can mend", guestRead({ adapters: [] }), aDeniedProbe()],
  ])("is a person's where %s", (_what, guest, probe) => {
    expect(plan({ guest, probe }).kind).toBe("human");
  });
});

describe("a change is refused", () => {
  it.each<[string, Partial<GuestFacts>]>([
    ["role-domain-controller", { roles: ["domainController"] }],
    ["role-cluster-node", { roles: ["clusterNode"] }],
    ["other-run", { deadManTasks: ["incident-0001", "incident-0999"] }],
    ["other-run", { deadManTasks: ["incident-0999"], roles: ["clusterNode"] }],
  ])("by what Windows says: %s", (code, facts) => {
    const decided = plan({ guest: guestWith(aMismatchedAdapter(), facts), operator: true });

    expect(codeOf(decided)).toBe(`refuse ${code}`);
    expect(remediesOf(decided)).toEqual([]);
    expect(decided.kind === "refuse" ? decided.diagnosis?.kind : "").toBe("static-mismatch");
  });

  it("by its role even where only a person could act", () => {
    const guest = guestWith(STALE, { roles: ["clusterNode"] });

    expect(codeOf(plan({ guest }))).toBe("refuse role-cluster-node");
  });

  it("not by this run's own task", () => {
    const guest = guestWith(aMismatchedAdapter(), { deadManTasks: ["incident-0001"] });

    expect(codeOf(plan({ guest }))).toBe("remedies");
  });

  it("by what Azure says, before anything else", () => {
    const azure = azureFacts({ vm: aVm({ tags: { "static-ip-remediator": "off" } }) });

    expect(codeOf(plan({ azure, operator: true, runMode: "dryRun" }))).toBe("refuse opted-out");
  });

  it("without opt-in, which scope and operators can give", () => {
    const azure = azureFacts({ vm: aVm({ tags: {} }) });

    expect(codeOf(plan({ azure }))).toBe("refuse not-opted-in");
    expect(codeOf(plan({ azure, scope: [azure.vm.id] }))).toBe("remedies");
    expect(codeOf(plan({ azure, operator: true }))).toBe("remedies");
  });

  it("for a VM without NICs", () => {
    expect(codeOf(plan({ azure: azureFacts({ nics: [] }) }))).toBe("refuse no-nic");
    expect(codeOf(plan({ azure: azureFacts({ nics: [], vm: aVm({ osType: "Linux" }) }) }))).toBe(
      "refuse not-windows",
    );
  });
});

describe("a plan that is held back", () => {
  it.each<[string, Partial<PlanInput>]>([
    ["dry-run", { runMode: "dryRun" }],
    ["observe", { mode: "observe" }],
    ["dry-run", { runMode: "dryRun", mode: "observe" }],
  ])("%s: tells what it would have done", (code, overrides) => {
    const decided = plan(overrides);

    expect(codeOf(decided)).toBe(`refuse ${code}`);
    expect(decided).toMatchObject({ remedies: [{ kind: "guestDhcp", nicId: NIC_ID }] });
    expect(decided.message).toContain(
      'nothing was changed. Adapter "Ethernet" is static with the addresses 10.71.4.77, but Azure gave NIC nic-crane-01 10.71.4.20. Plan: switch the adapter to DHCP inside Windows.',
    );
  });

  it.each<Partial<PlanInput>>([{ runMode: "dryRun" }, { mode: "observe" }])(
    "calls a person all the same: %o",
    (overrides) => {
      expect(codeOf(plan({ ...overrides, available: [] }))).toBe("human static-mismatch");
    },
  );
});

function planFrom(guest: GuestReading, overrides: Partial<PlanInput> = {}): Plan {
  return plan({ guest, probe: aSilentProbe(), available: EVERY_REMEDY, ...overrides });
}

describe("a silent guest whose serial console was looked at", () => {
  const WRONG = { network: 5, ip: "10.71.4.77", mask: "255.255.255.0", gateway: null };
  const RIGHT = { ...WRONG, ip: "10.71.4.20" };

  function silent(...addresses: readonly (typeof WRONG)[]): GuestReading {
    const console = { kind: "listed" as const, addresses, networks: [5] };
    return { kind: "unreadable", code: "agent-missing", message: "No agent.", console };
  }

  it("gets Azure's address over the console where a wrong one is shown", () => {
    const decided = planFrom(silent(WRONG));

    expect(remediesOf(decided)).toEqual(["serialConsole"]);
    expect(decided.message).toContain("Its serial console shows 10.71.4.77.");
  });

  it.each<[string, GuestReading, Partial<PlanInput>]>([
    ["Azure's address is shown", silent(RIGHT, WRONG), {}],
    ["no address is shown", silent(), {}],
    ["only an address that Windows made up is shown", silent({ ...WRONG, ip: "169.254.3.4" }), {}],
    ["the console is not allowed", silent(WRONG), { available: ["guestDhcp"] }],
    ["nobody could look", guestUnreadable(), {}],
    [
      "the NIC has several IP configurations",
      silent(WRONG),
      {
        azure: azureFacts({
          nics: [
            aNic({
              ipConfigurations: [
                anIpConfiguration(),
                anIpConfiguration({ primary: false, address: "10.71.4.21" }),
              ],
            }),
          ],
        }),
      },
    ],
  ])("is left to a person where %s", (_why, guest, overrides) => {
    expect(codeOf(planFrom(guest, overrides))).toBe("human guest-unreadable");
  });
});

describe("several NICs", () => {
  const azure = azureFacts({ nics: [aNic(), aSecondNic()] });
  const secondMismatched = aSecondAdapter({
    dhcp: false,
    addresses: [{ ip: "10.71.4.78", prefixLength: 24 }],
  });
  const secondStale = aSecondAdapter({ addresses: [{ ip: "10.71.4.78", prefixLength: 24 }] });

  it("are healed primary first, the secondary one by the guest switch only", () => {
    const guest = guestRead({ adapters: [secondMismatched, aMismatchedAdapter()] });

    expect(plan({ azure, guest, available: EVERY_REMEDY })).toMatchObject({
      kind: "remedies",
      diagnosis: { nicId: NIC_ID },
      remedies: [
        { kind: "guestDhcp", nicId: NIC_ID },
        { kind: "serialConsole", nicId: NIC_ID },
        { kind: "nicReset", nicId: NIC_ID },
        { kind: "guestDhcp", nicId: SECOND_NIC_ID },
      ],
    });
  });

  it("heal the secondary one alone when the primary one is right", () => {
    const guest = guestRead({ adapters: [aGuestAdapter(), secondMismatched] });

    expect(plan({ azure, guest })).toMatchObject({
      kind: "remedies",
      diagnosis: { nicId: SECOND_NIC_ID },
      remedies: [{ kind: "guestDhcp", nicId: SECOND_NIC_ID }],
    });
  });

  it("have another fault of a secondary one repaired inside Windows only", () => {
    const guest = guestRead({ adapters: [aGuestAdapter(), secondStale] });

    expect(plan({ azure, guest, available: EVERY_REMEDY })).toMatchObject({
      kind: "remedies",
      remedies: [{ kind: "renewLease", nicId: SECOND_NIC_ID }],
    });
    expect(codeOf(plan({ azure, guest, available: ["nicReset"] }))).toBe("human lease-stale");
  });

  it("heal the primary one and remark upon a secondary one that needs a person", () => {
    const guest = guestRead({ adapters: [aMismatchedAdapter(), secondStale] });

    const decided = plan({ azure, guest });

    expect(remediesOf(decided)).toEqual(["guestDhcp"]);
    expect(decided.kind === "remedies" ? decided.remarks : []).toEqual([
      expect.stringMatching(/nic-crane-01-b.*A person has to look at that\.$/u),
    ]);
  });

  it("change nothing while the primary one needs a person", () => {
    const guest = guestRead({ adapters: [STALE, secondMismatched] });

    const decided = plan({ azure, guest });

    expect(codeOf(decided)).toBe("human lease-stale");
    expect(decided.kind === "human" ? decided.remarks : []).toEqual([
      expect.stringMatching(/nic-crane-01-b.*waits until the primary NIC is in order\.$/u),
    ]);
  });

  it("give a person the steps for each", () => {
    const guest = guestRead({ adapters: [STALE, secondStale] });

    const decided = plan({ azure, guest });

    expect(decided).toMatchObject({ kind: "human", diagnosis: { nicId: NIC_ID } });
    expect(decided.kind === "human" ? decided.nextStep.split("\n\n") : []).toEqual([
      expect.stringContaining('"Ethernet"'),
      expect.stringContaining('"Ethernet 2"'),
    ]);
    expect(decided.kind === "human" ? decided.remarks : []).toHaveLength(1);
  });
});
