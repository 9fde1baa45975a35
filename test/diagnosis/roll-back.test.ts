import { describe, expect, it } from "vitest";

import { decideRollback, type RollbackInput } from "../../shared/diagnosis/roll-back.ts";
import type { LedgerEntry } from "../../shared/domain/incident.ts";
import {
  aGuestAdapter,
  aMismatchedAdapter,
  aNic,
  anIpConfiguration,
  aSecondNic,
  aSubnet,
  azureFacts,
  guestRead,
  guestUnreadable,
  NIC_ID,
} from "../builders.ts";
import { anEntry } from "../incidents/ledger-entry.ts";

/** A switch that took away the address which Azure's NIC has. */
function aSwitch(adapter: object = {}, more: Partial<LedgerEntry> = {}): LedgerEntry {
  const before = aMismatchedAdapter({ addresses: [{ ip: "10.71.4.20", prefixLength: 24 }] });
  return anEntry({
    id: "switch",
    remedy: "guestDhcp",
    nicId: NIC_ID.toUpperCase(),
    before: { adapter: { ...before, ...adapter } },
    ...more,
  });
}

function aPin(configuration: object = {}): LedgerEntry {
  const saved = {
    name: "ipconfig1",
    privateIPAddress: "10.71.4.20",
    privateIPAllocationMethod: "Dynamic",
    ...configuration,
  };
  return anEntry({
    id: "pin",
    remedy: "pinAddress",
    nicId: NIC_ID,
    before: { nic: { ipConfigurations: [saved] } },
  });
}

const PINNED = azureFacts({
  nics: [aNic({ ipConfigurations: [anIpConfiguration({ allocation: "Static" })] })],
});

function decide(overrides: Partial<RollbackInput> = {}) {
  return decideRollback({
    azure: azureFacts(),
    guest: guestRead(),
    entries: [aSwitch()],
    incidentId: "inc-own",
    ...overrides,
  });
}

describe("a static configuration", () => {
  it("is put back where Azure's NIC has its address now", () => {
    expect(decide()).toMatchObject({
      kind: "steps",
      steps: [
        {
          kind: "static",
          entryId: "switch",
          nic: { id: NIC_ID },
          adapter: { dhcp: true, fingerprint: "f-right" },
          addresses: [{ ip: "10.71.4.20", prefixLength: 24 }],
          gateways: ["10.71.4.1"],
        },
      ],
      message: '"Ethernet" gets static 10.71.4.20/24 again.',
    });
  });

  it("may have further addresses, and on a secondary NIC no gateway", () => {
    const addresses = [
      { ip: "10.71.4.20", prefixLength: 24 },
      { ip: "10.71.4.90", prefixLength: 24 },
    ];
    const secondary = decide({
      azure: azureFacts({ nics: [aNic({ primary: false })] }),
      entries: [aSwitch({ gateways: [] })],
    });

    expect(decide({ entries: [aSwitch({ addresses })] }).kind).toBe("steps");
    expect(secondary.kind).toBe("steps");
  });

  it.each<[string, object]>([
    ["another address", { addresses: [{ ip: "10.71.4.77", prefixLength: 24 }] }],
    ["another prefix", { addresses: [{ ip: "10.71.4.20", prefixLength: 25 }] }],
    ["another gateway", { gateways: ["10.71.4.254"] }],
    ["no gateway", { gateways: [] }],
  ])("is refused as cutting off the VM with %s", (_title, adapter) => {
    expect(decide({ entries: [aSwitch(adapter)] })).toMatchObject({
      kind: "refused",
      code: "would-cut-off",
    });
  });

  it("is refused where the subnet is not known, and so neither prefix nor gateway", () => {
    const azure = azureFacts({ nics: [aNic({ subnet: null })] });

    expect(decide({ azure })).toMatchObject({ code: "would-cut-off" });
  });

  it("is refused without all of the addresses that Azure gave the NIC", () => {
    const second = anIpConfiguration({ name: "b", primary: false, address: "10.71.4.21" });
    const nic = aNic({ ipConfigurations: [anIpConfiguration(), second] });

    expect(decide({ azure: azureFacts({ nics: [nic] }) })).toMatchObject({ code: "would-cut-off" });
  });

  it.each<[string, Partial<RollbackInput>, string]>([
    [
      "Windows is static again",
      { guest: guestRead({ adapters: [aMismatchedAdapter()] }) },
      "rollback-drifted",
    ],
    [
      "the adapter is disabled",
      { guest: guestRead({ adapters: [aGuestAdapter({ enabled: false })] }) },
      "rollback-drifted",
    ],
    ["the adapter is gone", { guest: guestRead({ adapters: [] }) }, "rollback-drifted"],
    ["the NIC is gone", { azure: azureFacts({ nics: [aSecondNic()] }) }, "rollback-drifted"],
    ["Windows is not read", { guest: guestUnreadable() }, "guest-unreadable"],
    ["another run is there", { guest: guestRead({ deadManTasks: ["inc-1"] }) }, "other-run"],
    [
      "Windows is a domain controller",
      { guest: guestRead({ roles: ["domainController"] }) },
      "role-domain-controller",
    ],
    ["it had no address", { entries: [aSwitch({ addresses: [] })] }, "rollback-by-hand"],
    [
      "it had none but one that Windows makes up",
      { entries: [aSwitch({ addresses: [{ ip: "169.254.1.2", prefixLength: 16 }] })] },
      "rollback-by-hand",
    ],
    ["it is not on record", { entries: [aSwitch({}, { before: {} })] }, "rollback-by-hand"],
  ])("is refused where %s, and says what to do", (_title, input, code) => {
    expect(decide(input)).toMatchObject({
      kind: "refused",
      code,
      nextStep: expect.stringMatching(/./u) as unknown,
    });
  });
});

describe("an allocation", () => {
  it("is put back where nothing else has changed", () => {
    expect(decide({ azure: PINNED, entries: [aPin()] })).toMatchObject({
      kind: "steps",
      steps: [
        {
          kind: "allocation",
          entryId: "pin",
          allocations: [{ name: "ipconfig1", address: "10.71.4.20", method: "Dynamic" }],
        },
      ],
    });
  });

  it.each<[string, Partial<RollbackInput>, string]>([
    ["it is Dynamic already", { azure: azureFacts() }, "nothing-to-roll-back"],
    [
      "the address is another one now",
      { entries: [aPin({ privateIPAddress: "10.71.4.21" })] },
      "rollback-drifted",
    ],
    ["its configuration is gone", { entries: [aPin({ name: "other" })] }, "rollback-drifted"],
    ["Windows' role is not known", { guest: guestRead({ roles: null }) }, "rollback-role-unknown"],
    ["it is not on record", { entries: [{ ...aPin(), before: {} }] }, "rollback-by-hand"],
  ])("is refused where %s", (_title, input, code) => {
    expect(decide({ azure: PINNED, entries: [aPin()], ...input })).toMatchObject({
      kind: "refused",
      code,
    });
  });
});

describe("a rollback of several changes", () => {
  it("takes the newest one first", () => {
    const decision = decide({ azure: PINNED, entries: [aPin(), aSwitch()] });

    expect(decision).toMatchObject({ steps: [{ kind: "allocation" }, { kind: "static" }] });
  });

  it("puts back nothing at all where one of them is refused", () => {
    const switched = aSwitch({ gateways: ["10.71.4.254"] });

    expect(decide({ azure: PINNED, entries: [aPin(), switched] })).toMatchObject({
      kind: "refused",
      code: "would-cut-off",
    });
  });

  it.each(["serialConsole", "nicReset", "renewLease", "ghostAdapters"] as const)(
    "passes over %s, of which nothing could be put back",
    (remedy) => {
      expect(decide({ entries: [aSwitch({}, { remedy })] })).toMatchObject({
        code: "nothing-to-roll-back",
      });
    },
  );

  it.each(["enableAdapter", "repairDhcpService", "setAddresses", "restoreStatic"] as const)(
    "leaves %s to a person, with the way to do it",
    (remedy) => {
      expect(decide({ entries: [aSwitch({}, { remedy, undo: "Do that." })] })).toMatchObject({
        code: "rollback-by-hand",
        nextStep: "Do that.",
      });
    },
  );

  it("is for subnets with several prefixes too", () => {
    const subnet = aSubnet({ prefixes: ["10.71.3.0/24", "10.71.4.0/24"] });

    expect(decide({ azure: azureFacts({ nics: [aNic({ subnet })] }) }).kind).toBe("steps");
  });
});
